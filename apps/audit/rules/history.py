"""The ledger's keys, oldest first: which signed from what size on, how each follows the one before, what was revoked.

The history is text, one JSON object a line:

- ``{"type": "key", "key", "size", "at", "endorsement"}``: from ``size`` entries on this key signs. The key before
  it endorses it by a signed note; the first key has none.
- ``{"type": "revocation", "key", "size", "at", "reason", "note"}``: checkpoints of that key over more than ``size``
  entries do not count. The note is signed by the newest key.
- ``{"type": "epoch", "number", "key", "size", "at", "endorsement", "lost_head", "reason", "note"}``: the ledger went
  on from ``size`` entries under a new name, because what was signed beyond them is lost.

A key is written as its verifier line (c2sp.org/signed-note), a time in UTC (ISO 8601). A key's name is the origin of
the checkpoints that it signs.
"""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from apps.audit.rules.notes import BadNote, Head, Verifier, head_of, names_signer, opened, parse_verifier
from apps.audit.rules.troubles import LedgerBroken

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Revocation:
    """A key whose checkpoints over more than ``size`` entries do not count, by a note of the key then newest."""

    size: int
    at: str
    reason: str
    note: str


@dataclass(frozen=True)
class LedgerKey:
    """A key and the sizes of the checkpoints that it may have signed, both ends included."""

    verifier: Verifier
    from_size: int
    until_size: int | None
    endorsement: str | None
    revoked: Revocation | None = None


@dataclass(frozen=True)
class Epoch:
    """A stretch of the ledger under one name. All but the first began because something was lost."""

    number: int
    origin: str
    from_size: int
    at: str | None = None
    lost_head: str | None = None
    lost_size: int | None = None
    reason: str = ""
    note: str | None = None

    @property
    def lost_entries(self) -> int | None:
        """Return how many signed entries were left behind; None if nobody knows, and for the first epoch.

        Nobody knows when the ledger had grown again beyond what was lost before anyone noticed.
        """
        if self.lost_size is None or self.lost_size < self.from_size:
            return None
        return self.lost_size - self.from_size


@dataclass(frozen=True)
class KeyHistory:
    """All keys and epochs of a ledger, oldest first. There is at least one of each."""

    keys: tuple[LedgerKey, ...]
    epochs: tuple[Epoch, ...]

    @property
    def newest(self) -> Verifier:
        """Return the key that signs now."""
        return self.keys[-1].verifier

    def key_of(self, note: str) -> LedgerKey:
        """Return the key that a note names as its signer.

        Raises:
            BadNote: it names none of this ledger's keys.
        """
        for key in reversed(self.keys):
            if names_signer(note, key.verifier):
                return key
        raise BadNote("The note is not signed by a key of this ledger.")

    def signed_head(self, note: str) -> Head:
        """Return what a checkpoint says, if any key of this ledger signed it, whether or not it counts.

        Raises:
            BadNote: the signature does not hold, or the text is not a checkpoint.
        """
        return head_of(note, self.key_of(note).verifier)

    def head_of(self, note: str) -> Head:
        """Return what a checkpoint says, if a key of this ledger signed it and may sign that size.

        Raises:
            BadNote: the signature does not hold or does not count, or the text is not a checkpoint.
        """
        key, head = self.key_of(note), self.signed_head(note)
        name = f"The key {key.verifier.key_id.hex()}"
        if head.origin != key.verifier.name:
            raise BadNote(f"{name} may not sign for {head.origin}.")
        if head.size < key.from_size or (key.until_size is not None and head.size > key.until_size):
            raise BadNote(f"{name} may not sign a tree of {head.size:,} entries.")
        if key.revoked is not None and head.size > key.revoked.size:
            raise BadNote(f"{name} is revoked for trees of more than {key.revoked.size:,} entries.")
        return head

    def check_present(self, note: str) -> None:
        """Refuse a checkpoint that does not count, or that a later epoch has left behind.

        Raises:
            BadNote: it is one of these.
        """
        head = self.head_of(note)
        reach = self.reach_of(head.origin)
        if reach is not None and head.size > reach:
            raise BadNote(f"A later epoch left behind what {head.origin} signed beyond {reach:,} entries.")

    def reach_of(self, origin: str) -> int | None:
        """Return up to how many entries a name's checkpoints are of the present tree; None for the newest name."""
        began = [epoch.origin for epoch in self.epochs].index(origin)
        return min((epoch.from_size for epoch in self.epochs[began + 1 :]), default=None)


def first_key(verifier: Verifier, at: str) -> dict[str, Any]:
    """Return the record of a ledger's first key."""
    return {"type": "key", "key": verifier.text, "size": 0, "at": at, "endorsement": None}


def rotation_text(old: Verifier, new: Verifier, *, at: str, size: int) -> str:
    """Return what the old key signs so that the new one follows it at ``size`` entries."""
    return f"{old.name}/key-rotation\n{old.text}\n{new.text}\n{at}\n{size}\n"


def revocation_text(signer: Verifier, revoked: Verifier, *, at: str, size: int, reason: str) -> str:
    """Return what the newest key signs to revoke another from ``size`` entries on."""
    return f"{signer.name}/key-revocation\n{revoked.text}\n{at}\n{size}\n{reason}\n"


def epoch_text(
    new: Verifier,
    *,
    number: int,
    at: str,
    size: int,
    lost_head: str | None,
    lost_size: int | None,
    reason: str,
) -> str:
    """Return what an epoch's first key signs: where it goes on, and which head it leaves behind (SHA-256)."""
    lost = sha256(lost_head.encode()).hexdigest() if lost_head is not None else UNKNOWN
    beyond = lost_size if lost_size is not None else UNKNOWN
    return f"{new.name}/epoch-began\n{number}\n{at}\n{size}\n{beyond}\n{lost}\n{reason}\n"


def line(record: dict[str, Any]) -> str:
    """Return a record as the history's text holds it."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n"


@lru_cache(maxsize=8)
def parsed(text: str) -> KeyHistory:
    """Return the history that a text holds, once every signature in it holds.

    Raises:
        LedgerBroken: a line does not follow from those before it.
    """
    history = KeyHistory((), ())
    for number, each in enumerate(text.splitlines(), 1):
        try:
            record = json.loads(each)
            history = _FOLLOWS[record["type"]](history, record)
        except (BadNote, ValueError, KeyError, TypeError, IndexError) as error:
            raise LedgerBroken(
                f"Line {number} of the ledger's key history does not hold: {error}",
                remedy="Bring back ledger.keys from the newest copy of PORTAL_HOME.",
            ) from error
    if not history.keys:
        raise LedgerBroken(
            "The ledger's key history is empty.",
            remedy="Bring back ledger.keys from the newest copy of PORTAL_HOME.",
        )
    return history


def _key(history: KeyHistory, record: dict[str, Any]) -> KeyHistory:
    new = parse_verifier(record["key"])
    if not history.keys:
        return KeyHistory((LedgerKey(new, 0, None, None),), (Epoch(1, new.name, 0),))
    if new.name != history.newest.name:
        raise BadNote("A key that follows another keeps its name.")
    _check_endorsement(history.newest, new, record)
    return _followed(history, LedgerKey(new, record["size"], None, record["endorsement"]), record["size"])


def _revocation(history: KeyHistory, record: dict[str, Any]) -> KeyHistory:
    revoked = parse_verifier(record["key"])
    said = {name: record[name] for name in ("at", "size", "reason")}
    _check_signed(record["note"], history.newest, revocation_text(history.newest, revoked, **said))
    place = [key.verifier for key in history.keys[:-1]].index(revoked)
    keys = list(history.keys)
    keys[place] = replace(keys[place], revoked=Revocation(note=record["note"], **said))
    return replace(history, keys=tuple(keys))


def _epoch(history: KeyHistory, record: dict[str, Any]) -> KeyHistory:
    new, lost = parse_verifier(record["key"]), record["lost_head"]
    # A lost key endorses nobody: whoever pinned it must be given the new one by hand.
    if record["endorsement"] is not None:
        _check_endorsement(history.newest, new, record)
    lost_size = history.signed_head(lost).size if lost is not None else None
    said = {name: record[name] for name in ("number", "at", "size", "lost_head", "reason")}
    _check_signed(record["note"], new, epoch_text(new, lost_size=lost_size, **said))
    until = None if lost_size is None else max(lost_size, record["size"])
    followed = _followed(history, LedgerKey(new, record["size"], None, record["endorsement"]), until)
    epoch = Epoch(
        number=record["number"],
        origin=new.name,
        from_size=record["size"],
        at=record["at"],
        lost_head=lost,
        lost_size=lost_size,
        reason=record["reason"],
        note=record["note"],
    )
    return replace(followed, epochs=(*history.epochs, epoch))


_FOLLOWS = {"key": _key, "revocation": _revocation, "epoch": _epoch}


def _followed(history: KeyHistory, key: LedgerKey, until_size: int | None) -> KeyHistory:
    last = replace(history.keys[-1], until_size=until_size)
    return replace(history, keys=(*history.keys[:-1], last, key))


def _check_endorsement(old: Verifier, new: Verifier, record: dict[str, Any]) -> None:
    _check_signed(record["endorsement"], old, rotation_text(old, new, at=record["at"], size=record["size"]))


def _check_signed(note: str, key: Verifier, text: str) -> None:
    if opened(note, key) != text:
        raise BadNote("A signed note does not say what stands beside it.")
