"""A new key for the ledger, and old keys that no longer count."""

from hashlib import sha256

from django.db import transaction

from apps.audit.rules.history import KeyHistory, revocation_text, rotation_text
from apps.audit.rules.notes import Signer, Verifier
from apps.audit.selectors.trust import trusted_edge
from apps.audit.services import keyring
from apps.audit.services.plans import Plan, key_ref, settled_keys, write_plan
from apps.audit.services.recording import record_event
from apps.audit.services.sealing import lock_sealer, make_good, seal_pending
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Conflict, Invalid, PolicyBlocked

LONGEST_REASON = 500


def rotate_ledger_key(*, actor: Actor) -> Verifier:
    """Let a new key sign from now on, by a note of the old one, and return it. It must run outside a transaction.

    Raises:
        LedgerBroken: the ledger is not what was signed.
    """
    with transaction.atomic(durable=True):
        lock_sealer()
        old, keys = settled_keys()
        size = trusted_edge(keys).size
        make_good(keys, size)
        new, at = keyring.fresh_key(old.name), clock.iso(clock.now())
        note = old.sign(rotation_text(old.verifier, new.verifier, at=at, size=size))
        record = {"type": "key", "key": new.verifier.text, "size": size, "at": at, "endorsement": note}
        plan = Plan("ledger.key_rotated", new.verifier.key_id.hex(), record, new.name, new.secret.hex())
        write_plan(plan)
        said = {"from": old.verifier.text, "to": new.verifier.text, "size": size, "note": digest_of(note)}
        record_event(event=plan.event, actor=actor, obj=key_ref(new.verifier), data=said)
    finish_plan()
    return new.verifier


def revoke_ledger_key(*, actor: Actor, key_id: str, reason: str, size: int | None = None) -> Verifier:
    """Let a lost or stolen key's checkpoints over more than ``size`` entries no longer count, and return the key.

    ``size`` is as far as the key was meant to sign, unless given. It must run outside a transaction.

    Raises:
        Invalid: there is no such key, the reason is blank, or the size lies outside what the key may have signed.
        PolicyBlocked: the key signs now.
        Conflict: it is revoked already.
        LedgerBroken: the ledger is not what was signed.
    """
    reason = one_line(reason)
    seal_pending()  # so that the newest checkpoint is of the newest key, and goes on counting
    with transaction.atomic(durable=True):
        lock_sealer()
        signer, keys = settled_keys()
        make_good(keys, trusted_edge(keys).size)
        revoked, last = _revocable(keys, key_id, size)
        at = clock.iso(clock.now())
        said = {"at": at, "size": last, "reason": reason}
        note = signer.sign(revocation_text(signer.verifier, revoked, at=at, size=last, reason=reason))
        plan = Plan(
            "ledger.key_revoked", key_id, {"type": "revocation", "key": revoked.text, "note": note, **said}
        )
        write_plan(plan)
        record_event(
            event=plan.event,
            actor=actor,
            obj=key_ref(revoked),
            data={"key": revoked.text, "size": last, "note": digest_of(note)},
            private={"reason": reason},
        )
    finish_plan()
    return revoked


def finish_plan() -> tuple[Signer, KeyHistory]:
    """Carry out what was just committed."""
    with transaction.atomic(durable=True):
        lock_sealer()
        return settled_keys()


def one_line(reason: str) -> str:
    """Return a reason as signed notes hold it: on one line, short.

    Raises:
        Invalid: nothing is left of it, or too much.
    """
    said = " ".join("".join(each if each.isprintable() else " " for each in reason).split())
    if not 0 < len(said) <= LONGEST_REASON:
        raise Invalid({"reason": [f"Give a reason in 1 to {LONGEST_REASON} characters."]})
    return said


def digest_of(note: str) -> str:
    """Return the hex SHA-256 of a note."""
    return sha256(note.encode()).hexdigest()


def _revocable(keys: KeyHistory, key_id: str, size: int | None) -> tuple[Verifier, int]:
    names = [key.verifier.key_id.hex() for key in keys.keys]
    if key_id not in names:
        raise Invalid({"key_id": [f"The ledger never had a key {key_id}."]})
    place = names.index(key_id)
    key = keys.keys[place]
    if key.verifier == keys.newest:
        raise PolicyBlocked(
            f"The key {key_id} signs now. A revocation is signed by the key that takes its place.",
            remedy="Run manage.py rotate_ledger_key first, then revoke the old key.",
        )
    if key.revoked is not None:
        raise Conflict(f"The key {key_id} is revoked already, beyond {key.revoked.size:,} entries.")
    until = key.until_size if key.until_size is not None else keys.keys[place + 1].from_size
    if size is not None and not 0 <= size <= until:
        raise Invalid({"size": [f"The key {key_id} signed up to {until:,} entries, and not {size:,}."]})
    return key.verifier, until if size is None else size
