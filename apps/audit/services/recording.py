"""Recording what happened."""

import json
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from apps.audit.rules.entries import ObjectRef, PrivateText, draft
from apps.audit.services.listeners import tell
from apps.core import clock
from apps.core.actors import Actor

Named = Model | ObjectRef | tuple[str, str]

_APPEND = (
    "SELECT o_id FROM audit_append("
    "%s::text, %s::text, %s::bytea, %s::bytea, %s::text, %s::text, %s::timestamptz, %s::jsonb)"
)


def record_event(
    *,
    event: str,
    actor: Actor,
    obj: Named,
    data: dict[str, Any] | None = None,
    private: dict[str, str] | None = None,
) -> int:
    """Append one entry to the ledger, in the transaction of the change that it records; return its number.

    ``data`` holds facts, digests and ids. ``private`` holds free text and personal data by name; the entry
    keeps only their salted digests. It takes a lock on the object's place in the ledger until the
    transaction ends, and costs one round trip.

    Raises:
        RuntimeError: there is no transaction, so entry and change could part.
        EntryTooLarge, NotCanonical, NotRecordable: the entry cannot be kept exactly as given.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record_event must run in the transaction of the change that it records.")
    entry = draft(
        event=event,
        actor=actor,
        obj=reference(obj),
        at=clock.now(),
        data=data or {},
        private=private or {},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND,
            [
                *entry.obj,
                entry.before_seq,
                entry.after_seq,
                entry.event,
                entry.actor_key,
                entry.at,
                _texts_json(entry.texts),
            ],
        )
        number: int = cursor.fetchone()[0]
    tell(entry.obj.type)
    return number


def record_denial(*, actor: Actor, obj: Named, action: str, reason: str) -> None:
    """Record that someone was refused, in a transaction of its own.

    Call it after the refused write has rolled back: the entry must survive that.

    Raises:
        RuntimeError: a transaction is open.
    """
    with transaction.atomic(durable=True):
        record_event(
            event="access.denied", actor=actor, obj=obj, data={"action": action}, private={"reason": reason}
        )


def _texts_json(texts: list[PrivateText]) -> str | None:
    if not texts:
        return None
    return json.dumps([{"name": text.name, "salt": text.salt.hex(), "text": text.text} for text in texts])


def reference(obj: Named) -> ObjectRef:
    """Return how the ledger names an object: by its ``ledger_ref()``, else by its model and primary key."""
    if isinstance(obj, tuple):
        return ObjectRef(*obj)
    own = getattr(obj, "ledger_ref", None)
    if own is not None:
        return ObjectRef(*own())
    return ObjectRef(obj._meta.model_name or "", str(obj.pk))
