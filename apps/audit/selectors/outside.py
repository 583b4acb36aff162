"""What the ledger keeps outside the database, in PORTAL_HOME: its keys' history and the last checkpoint."""

from pathlib import Path
from typing import Any

from django.conf import settings

from apps.audit.rules.history import Epoch, KeyHistory, LedgerKey, first_key, line, parsed
from apps.audit.rules.notes import BadNote, Head, parse_verifier
from apps.audit.rules.troubles import HeadLost, KeyLost, LedgerBroken


def outside(name: str) -> Path:
    """Return where a file of the ledger lies: ``ledger.keys``, ``ledger.head`` and so on."""
    return Path(settings.PORTAL_HOME) / name


def history_text() -> str:
    """Return the text of the keys' history; empty before the ledger has a key.

    A ledger from before there were histories has one key, and ``ledger.pub`` names it.
    """
    path, public = outside("ledger.keys"), outside("ledger.pub")
    if path.exists():
        return path.read_text()
    return line(first_key(parse_verifier(public.read_text()), "")) if public.exists() else ""


def history() -> KeyHistory | None:
    """Return the ledger's keys, or None before it has one.

    Raises:
        LedgerBroken: the history does not hold.
    """
    text = history_text()
    return parsed(text) if text else None


def held_head(keys: KeyHistory) -> Head:
    """Return the last checkpoint that is kept outside the database.

    Raises:
        HeadLost: it is missing.
        LedgerBroken: no key of the ledger may have signed it.
    """
    try:
        return keys.head_of(held_note())
    except BadNote as error:
        raise LedgerBroken(f"The checkpoint in ledger.head does not hold: {error.reason}") from error


def held_note() -> str:
    """Return the last checkpoint that is kept outside the database, unchecked.

    Raises:
        HeadLost: it is missing.
    """
    try:
        return outside("ledger.head").read_text()
    except OSError as error:
        raise HeadLost(
            "The last signed checkpoint is missing: ledger.head in PORTAL_HOME cannot be read.",
            remedy="Bring it back from the newest copy of PORTAL_HOME. If there is none, "
            "go on with manage.py begin_ledger_epoch.",
        ) from error


def key_lost() -> KeyLost:
    """Return the trouble that the key is gone."""
    return KeyLost(
        "The ledger's key is missing: ledger.key does not exist in PORTAL_HOME, although the ledger was signed before.",
        remedy="Bring it back from its safe copy. If there is none, go on with manage.py begin_ledger_epoch.",
    )


def public_key_text() -> str:
    """Return the line of the key that signs now, as ``ledger.pub`` holds it; empty before the ledger has a key."""
    keys = history()
    return keys.newest.text if keys is not None else ""


def key_history() -> dict[str, Any]:
    """Return the ledger's keys and epochs, oldest first, as a bundle's ``keys.json`` holds them. All of it is public.

    ``{"keys": [{"key", "from_size", "until_size", "endorsement", "revoked"}], "epochs": [{"number", "origin",
    "from_size", "at", "lost_head", "lost_size", "lost_entries", "reason", "note"}]}``

    - ``key``: the verifier line ``<name>+<id>+<base64>``. The name is the origin of the checkpoints that it signs.
    - ``from_size``, ``until_size``: a checkpoint of this key counts if ``from_size <= size <= until_size``;
      ``until_size`` is None for the key that signs now, and where the size is not known.
    - ``endorsement``: None for the first key, else a note signed by the key before, whose text has five lines:
      ``<name of the key before>/key-rotation``, the line of the key before, the line of this key, the time (UTC), and
      ``from_size``. It is None too for a key that came after a lost one: it must be pinned anew.
    - ``revoked``: None, or ``{"at", "size", "reason", "note"}``: checkpoints over more than ``size`` entries no
      longer count. The note is signed by a later key; its text has five lines: ``<its name>/key-revocation``, the
      revoked key's line, ``at``, ``size``, ``reason``.
    - an epoch: from ``from_size`` entries on, the tree is signed under ``origin``. The first has None and empty values.
      A later one began because what was signed beyond ``from_size`` is lost: ``lost_head`` is the checkpoint that
      was held then (None if it was lost too), ``lost_size`` its size and ``lost_entries`` the number of entries lost
      (None if not known). Its ``note`` is signed by the epoch's first key; its text has seven lines:
      ``<origin>/epoch-began``, ``number``, ``at``, ``from_size``, ``lost_size``, the hex SHA-256 of ``lost_head``
      (both ``unknown`` for None), ``reason``. A checkpoint of an earlier epoch over more than the next one's
      ``from_size`` entries is not of this tree.
    """
    keys = history()
    if keys is None:
        return {"keys": [], "epochs": []}
    return {"keys": [_key(key) for key in keys.keys], "epochs": [_epoch(epoch) for epoch in keys.epochs]}


def _key(key: LedgerKey) -> dict[str, Any]:
    revoked = key.revoked
    return {
        "key": key.verifier.text,
        "from_size": key.from_size,
        "until_size": key.until_size,
        "endorsement": key.endorsement,
        "revoked": None
        if revoked is None
        else {"at": revoked.at, "size": revoked.size, "reason": revoked.reason, "note": revoked.note},
    }


def _epoch(epoch: Epoch) -> dict[str, Any]:
    return {
        "number": epoch.number,
        "origin": epoch.origin,
        "from_size": epoch.from_size,
        "at": epoch.at,
        "lost_head": epoch.lost_head,
        "lost_size": epoch.lost_size,
        "lost_entries": epoch.lost_entries,
        "reason": epoch.reason,
        "note": epoch.note,
    }
