"""Changing the ledger's files and its database as one.

A change of keys is written down in ``ledger.plan`` (mode 0600) before the database commits its ledger event. The
event decides: whoever next holds the sealer's lock carries the plan out if the event is there, and drops it if not.
Each step may be repeated, so a crash anywhere leaves a state that the next seal mends.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any

from apps.audit.models import AuditEvent
from apps.audit.rules.entries import ObjectRef
from apps.audit.rules.history import KeyHistory, line
from apps.audit.rules.notes import Signer, Verifier
from apps.audit.rules.troubles import LedgerBroken
from apps.audit.selectors.outside import history_text, outside
from apps.audit.services import keyring

PLAN = "ledger.plan"


@dataclass(frozen=True)
class Plan:
    """A record for the keys' history, and the key and head that come with it, waiting for their event."""

    event: str
    ident: str
    record: dict[str, Any]
    name: str = ""
    secret: str = ""
    head: str = ""


def key_ref(key: Verifier) -> ObjectRef:
    """Return how the ledger names one of its own keys: by its id."""
    return ObjectRef("ledger_key", key.key_id.hex())


def write_plan(plan: Plan) -> None:
    """Keep a plan. The sealer's lock must be held, and the plan's event follow in the same transaction."""
    keyring.write(PLAN, json.dumps(asdict(plan)), mode=0o600)


def settled_keys() -> tuple[Signer, KeyHistory]:
    """Return the key that signs now and the history, once what a crash left half done is done or dropped.

    The sealer's lock must be held.

    Raises:
        LedgerBroken: the key that is there is not the newest one, or a file is lost.
    """
    if outside(PLAN).exists():
        with keyring.locked():
            _settle()
    key, known = keyring.signer(), keyring.keys()
    if key.verifier != known.newest:
        raise LedgerBroken(
            f"ledger.key holds the key {key.verifier.key_id.hex()}, but the ledger signs with "
            f"{known.newest.key_id.hex()}. An older copy does not hold for this ledger.",
            remedy="Bring back the newest ledger.key, ledger.keys and ledger.head together.",
        )
    return key, known


def _settle() -> None:
    path = outside(PLAN)
    try:
        plan = Plan(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise LedgerBroken(f"A change of keys was begun, and {path} cannot be read: {error}.") from error
    if AuditEvent.objects.filter(object_type="ledger_key", object_id=plan.ident, event=plan.event).exists():
        _carry_out(plan)
    path.unlink()


def _carry_out(plan: Plan) -> None:
    past, fresh = history_text(), line(plan.record)
    if fresh not in past.splitlines(keepends=True):
        keyring.write("ledger.keys", past + fresh)
    if plan.secret:
        key = Signer(plan.name, bytes.fromhex(plan.secret))
        keyring.write("ledger.pub", key.verifier.text + "\n")
        if plan.head:
            keyring.write("ledger.head", plan.head)
        keyring.write("ledger.key", keyring.key_line(key), mode=0o600)
