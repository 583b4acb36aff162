"""Going on after something was lost, in the open.

A tree that was signed under one name may never be signed again with other entries: that would be a fork. So the
ledger takes a new name and a new key, and its first entry and its keys' history say what it leaves behind.
"""

from django.db import transaction

from apps.audit.rules.history import Epoch, KeyHistory, epoch_text, rotation_text
from apps.audit.rules.merkle import EMPTY_ROOT
from apps.audit.rules.notes import BadNote, Head, Signer
from apps.audit.rules.troubles import HeadLost, KeyLost, LedgerBroken, RolledBack
from apps.audit.selectors import latest_checkpoint
from apps.audit.selectors.anchors import anchor_trouble, newest_outside
from apps.audit.selectors.outside import held_note
from apps.audit.selectors.trust import signed_edge, trusted_edge
from apps.audit.services import keyring
from apps.audit.services.plans import Plan, key_ref, settled_keys, write_plan
from apps.audit.services.recording import record_event
from apps.audit.services.rotation import digest_of, finish_plan, one_line
from apps.audit.services.sealing import lock_sealer, make_good
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import PolicyBlocked


def begin_ledger_epoch(*, actor: Actor, reason: str) -> Epoch:
    """Go on from what the database holds, under a new name, and return the epoch. It must run outside a transaction.

    The old key signs the new one, unless it is lost itself.

    Raises:
        PolicyBlocked: nothing is lost.
        Invalid: the reason is blank or too long.
        LedgerBroken: what the database holds was never signed so. No epoch can mend that.
    """
    reason = one_line(reason)
    with transaction.atomic(durable=True):
        lock_sealer()
        old, keys = _old_key()
        lost = _left_behind(keys, key_lost=old is None)
        head = _present_head(keys)
        number = len(keys.epochs) + 1
        new, at = keyring.fresh_key(f"{keys.epochs[0].origin}/epoch-{number}"), clock.iso(clock.now())
        lost_head = keys.signed_head(lost) if lost is not None else None
        said = {"number": number, "at": at, "size": head.size, "lost_head": lost, "reason": reason}
        lost_size = lost_head.size if lost_head is not None else None
        note = new.sign(epoch_text(new.verifier, lost_size=lost_size, **said))  # type: ignore[arg-type]
        text = rotation_text(keys.newest, new.verifier, at=at, size=head.size)
        endorsement = old.sign(text) if old is not None else None
        plan = Plan(
            event="ledger.epoch_began",
            ident=new.verifier.key_id.hex(),
            record={
                "type": "epoch",
                "key": new.verifier.text,
                "endorsement": endorsement,
                "note": note,
                **said,
            },
            name=new.name,
            secret=new.secret.hex(),
            head=new.sign(Head(new.name, head.size, head.root).text),
        )
        write_plan(plan)
        record_event(
            event=plan.event,
            actor=actor,
            obj=key_ref(new.verifier),
            data={
                "epoch": number,
                "origin": new.name,
                "size": head.size,
                "from": keys.newest.text,
                "to": new.verifier.text,
                "lost_size": lost_size,
                "lost_root": lost_head.root.hex() if lost_head is not None else None,
                "lost_head": digest_of(lost) if lost is not None else None,
                "note": digest_of(note),
            },
            private={"reason": reason},
        )
    return finish_plan()[1].epochs[-1]


def _old_key() -> tuple[Signer | None, KeyHistory]:
    try:
        return settled_keys()
    except KeyLost:
        return None, keyring.keys()


def _left_behind(keys: KeyHistory, *, key_lost: bool) -> str | None:
    """Return the head that the new epoch leaves behind, or None if it is lost itself."""
    try:
        size = trusted_edge(keys).size
    except RolledBack:
        return held_note()
    except HeadLost:
        return None
    if anchor_trouble(keys) is not None:
        return _anchored_head(keys)
    if not key_lost:
        raise PolicyBlocked(
            "The ledger is what was signed, so nothing is lost and it goes on as it is.",
            remedy="To change the key, run manage.py rotate_ledger_key.",
        )
    make_good(keys, size)
    return held_note()


def _anchored_head(keys: KeyHistory) -> str | None:
    """Return the newest head in the folder outside, if it is one of this ledger."""
    note = newest_outside(keys)
    try:
        return note if note is not None and keys.signed_head(note) else None
    except BadNote:
        return None


def _present_head(keys: KeyHistory) -> Head:
    """Return the newest head of the database. A key that is revoked by now may have signed it: the tree is checked."""
    last = latest_checkpoint()
    if last is None:
        return Head(keys.newest.name, 0, EMPTY_ROOT)
    try:
        head = keys.signed_head(last.note)
    except BadNote as error:
        raise LedgerBroken(f"The newest checkpoint in the database does not hold: {error.reason}") from error
    signed_edge(head)
    return head
