"""The two things that may ever leave the ledger: a text beside an entry, and the content of an old entry.

Both leave the leaf hash, so the tree, its checkpoints and every proof stand. Who may ask, and what a legal hold
keeps, is judged above (``apps.retention``).
"""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction

from apps.audit.models import AuditEvent, AuditRetirement, AuditText, AuditTombstone
from apps.audit.rules.tombstones import LABEL, Leaf, statement
from apps.audit.services.keeper import as_keeper
from apps.audit.services.keyring import sign_digest
from apps.audit.services.recording import Named, record_event
from apps.core import clock
from apps.core.actors import Actor

AT_ONCE = 500
"""Entries that one statement or one ledger entry names, so that neither grows past its bound."""


@transaction.atomic
def erase_texts(*, actor: Actor, obj: Named, entries: Collection[int], reason: str) -> int:
    """Erase the texts beside some entries, salt and all, and return how many. The entries keep their digests.

    ``ledger.text_erased`` names the entries and the number of texts, never a text.
    """
    numbers, erased = sorted(set(entries)), 0
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        texts = AuditText.objects.filter(event__in=some)
        held = sorted(set(texts.values_list("event_id", flat=True)))
        if not held:
            continue
        with as_keeper():
            count, _ = texts.delete()
        leaves = AuditEvent.objects.filter(pk__in=held, leaf__isnull=False).values_list(
            "leaf__index", flat=True
        )
        record_event(
            event="ledger.text_erased",
            actor=actor,
            obj=obj,
            data={"entries": held, "leaves": sorted(leaves), "texts": count},
            private={"reason": reason},
        )
        erased += count
    return erased


@transaction.atomic
def retire_leaves(
    *, actor: Actor, policy: str, decided_by: str, leaves: Collection[int]
) -> AuditRetirement | None:
    """Replace the content of sealed entries by tombstones, under one signed statement. At most 500 leaves.

    ``leaves`` are places in the tree; one that is retired already is left as it is. The database lets an
    entry's bytes go only where such a tombstone stands.

    Returns:
        The retirement, or None when nothing was left to retire.
    """
    found = _standing(leaves)
    if not found:
        return None
    now, lines = clock.now(), [leaf.line for leaf in found]
    with as_keeper(), connection.cursor() as cursor:
        made = _signed(statement(policy=policy, decided_by=decided_by, at=now, lines=lines), now)
        AuditTombstone.objects.bulk_create(
            AuditTombstone(event_id=leaf.event_id, retirement=made, line=line)
            for leaf, line in zip(found, lines, strict=True)
        )
        cursor.execute("SELECT audit_retire(%s)", [made.pk])
    record_event(
        event="ledger.retired",
        actor=actor,
        obj=("retirement", f"RET-{made.pk}"),
        data={
            "policy": policy,
            "decided_by": decided_by,
            "count": len(found),
            "first": found[0].index,
            "last": found[-1].index,
            "statement": sha256(bytes(made.statement)).hexdigest(),
        },
    )
    return made


def _standing(leaves: Collection[int]) -> list[Leaf]:
    if len(leaves) > AT_ONCE:
        raise ValueError(f"One statement names at most {AT_ONCE} entries.")
    rows = AuditEvent.objects.filter(leaf__index__in=leaves, tombstone=None).order_by("leaf__index")
    return [
        Leaf(pk, index, bytes(leaf_hash), kind, ident, seq, at)
        for pk, index, leaf_hash, kind, ident, seq, at in rows.values_list(
            "pk", "leaf__index", "leaf_hash", "object_type", "object_id", "object_seq", "at"
        )
    ]


def _signed(content: bytes, at: datetime) -> AuditRetirement:
    note = sign_digest(label=LABEL, digest=sha256(content).hexdigest())
    return AuditRetirement.objects.create(statement=content, note=note, created_at=at)
