"""What was left outside the portal, and whether the ledger still fits it."""

import base64
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from apps.audit.enums import AnchorKind, AnchorState, LedgerLevel
from apps.audit.models import AuditAnchor, Checkpoint
from apps.audit.rules.history import Epoch, KeyHistory
from apps.audit.rules.notes import BadNote, Head
from apps.audit.rules.timestamps import BadTimestamp, certificates, stamped_at
from apps.audit.rules.troubles import AnchorBroken, LedgerBroken, rolled_back
from apps.audit.selectors.outside import held_head, history
from apps.audit.selectors.tree import roots_at
from apps.core import clock

_RECENT = 6
_LOOK = (
    "Restore the newest database and PORTAL_HOME. If they are lost, have the loss examined, "
    "then go on with manage.py begin_ledger_epoch."
)
_DONE = Q(state=AnchorState.DONE)


@dataclass(frozen=True)
class Level:
    """What the ledger can show by itself.

    ``since`` is the time of the oldest anchor outside that the ledger still extends, ``last`` that of the newest.
    ``epoch`` is the newest one, if something was lost before it.
    ``trouble`` says why the ledger is not what was signed or left outside; ``failed`` names the kinds of anchor whose
    last attempt did not arrive.
    """

    name: LedgerLevel
    since: datetime | None = None
    last: datetime | None = None
    epoch: Epoch | None = None
    trouble: LedgerBroken | None = None
    failed: tuple[str, ...] = ()


def ledger_level(newest: Checkpoint | None) -> Level:
    """Return the level of a ledger whose newest checkpoint is ``newest``, in two short questions.

    The tree is compared with the head outside, and with the oldest and the newest anchor. Older anchors fit if the
    newest does, for they fitted when it was made. What a folder outside holds is read by ``anchor_trouble`` alone.
    """
    if newest is None:
        return Level(LedgerLevel.SELF_CONSISTENT)
    rows = _oldest_and_newest()
    failed = tuple(AnchorKind(kind).label for kind in _failing(rows))
    try:
        keys = history()
        fitting = _fitting(_ends(rows), keys, also=newest)
        if keys is not None:
            _check_head(keys, newest)
    except LedgerBroken as trouble:
        return Level(LedgerLevel.SIGNED, trouble=trouble, failed=failed)
    epoch = keys.epochs[-1] if keys is not None and len(keys.epochs) > 1 else None
    if not fitting:
        return Level(LedgerLevel.SIGNED, epoch=epoch, failed=failed)
    return Level(LedgerLevel.ANCHORED, since=fitting[0].at, last=fitting[-1].at, epoch=epoch, failed=failed)


def anchor_trouble(keys: KeyHistory) -> LedgerBroken | None:
    """Return why the ledger is not what was left outside the portal; None if it is, or nothing was.

    It looks at the oldest and the newest anchor, at the newest time-stamp's own signature, and at the newest file in
    the folder outside, which shows even when the database that knew of it is gone.
    """
    try:
        _fitting(_ends(_oldest_and_newest()), keys)
        _check_stamp()
        _check_folder(keys)
    except LedgerBroken as broken:
        return broken
    return None


def anchors(up_to_size: int) -> list[dict[str, Any]]:
    """Return the oldest and the newest anchor of each kind over at most so many entries, as a bundle holds them.

    Each is ``{"kind", "at", "size", "note", "note_sha256", "reference", "token"}``: ``kind`` is ``mail``, ``folder``
    or ``rfc3161``, ``at`` the time in UTC, ``note`` the checkpoint that was left and ``note_sha256`` its hex SHA-256.
    ``token`` is the authority's answer (RFC 3161, TimeStampResp, DER) over that SHA-256 in base64, or None. Only the
    token proves itself; what a mailbox or a folder holds must be compared there.
    """
    rows = AuditAnchor.objects.filter(_DONE, checkpoint__size__lte=up_to_size).select_related("checkpoint")
    shown = []
    for kind in AnchorKind:
        ends = [rows.filter(kind=kind).order_by(order).first() for order in ("id", "-id")]
        shown += list({row.pk: row for row in ends if row is not None}.values())
    return [_shown(row) for row in shown]


def anchor_name(keys: KeyHistory, size: int) -> str:
    """Return how a checkpoint's file is called in the folder outside. Names sort as the ledger grew."""
    return f"{_epoch_prefix(keys)}{size:012}.checkpoint"


def _oldest_and_newest() -> list[AuditAnchor]:
    """Return the oldest and the newest anchor that arrived, and the last few attempts, by age, in one question."""
    rows = AuditAnchor.objects.all()
    wanted = (
        Q(pk__in=rows.filter(_DONE).order_by("id").values("pk")[:1])
        | Q(pk__in=rows.filter(_DONE).order_by("-id").values("pk")[:1])
        | Q(pk__in=rows.order_by("-id").values("pk")[:_RECENT])
    )
    return list(rows.filter(wanted).select_related("checkpoint").order_by("id"))


def _failing(rows: list[AuditAnchor]) -> list[str]:
    last = {row.kind: row.state for row in rows}
    return [kind for kind, state in last.items() if state == AnchorState.FAILED]


def _ends(rows: list[AuditAnchor]) -> list[AuditAnchor]:
    done = [row for row in rows if row.state == AnchorState.DONE]
    return list(dict.fromkeys([*done[:1], *done[-1:]]))


def _fitting(
    rows: list[AuditAnchor], keys: KeyHistory | None, *, also: Checkpoint | None = None
) -> list[AuditAnchor]:
    """Return the anchors that the tree extends. One from before the newest epoch need not: its loss is known."""
    checkpoints = [row.checkpoint for row in rows] + ([also] if also is not None else [])
    roots = roots_at(checkpoint.size for checkpoint in checkpoints)
    if also is not None and roots[also.size] != bytes(also.root):
        raise LedgerBroken(f"The stored tree does not give the root signed for {also.size:,} entries.")
    began = keys.epochs[-1].at if keys is not None else None
    fitting = []
    for row in rows:
        if _fits(row, roots[row.checkpoint.size]):
            fitting.append(row)
        elif began is None or row.at >= datetime.fromisoformat(began):
            raise _broken(row.at, row.checkpoint.size)
    return fitting


def _fits(row: AuditAnchor, root: bytes) -> bool:
    note = row.checkpoint.note
    said = Head(row.checkpoint.origin, row.checkpoint.size, root).text
    return sha256(note.encode()).digest() == bytes(row.digest) and note.startswith(f"{said}\n")


def _check_head(keys: KeyHistory, newest: Checkpoint) -> None:
    held = held_head(keys)
    if held.size > newest.size:
        # The sealer may have come between the two looks. What it holds outside, the database held before.
        newest = Checkpoint.objects.latest("size")
    if held.size > newest.size:
        raise rolled_back(held.size, newest.size)
    if held.size == newest.size and held.root != bytes(newest.root):
        raise LedgerBroken(f"The database does not extend the ledger as signed at {held.size:,} entries.")


def _check_stamp() -> None:
    stamped = AuditAnchor.objects.filter(_DONE, kind=AnchorKind.RFC3161).select_related("checkpoint")
    row = stamped.order_by("-id").first() if settings.LEDGER_TSA_CA else None
    if row is None:
        return
    try:
        roots = certificates(Path(settings.LEDGER_TSA_CA).read_bytes())
        stamped_at(bytes(row.token), row.checkpoint.note.encode(), roots)
    except OSError:
        return  # the file of certificates is gone, which says nothing about the ledger
    except BadTimestamp as error:
        raise _broken(row.at, row.checkpoint.size) from error


def _check_folder(keys: KeyHistory) -> None:
    note = newest_outside(keys)
    if note is None:
        return
    try:
        head = keys.head_of(note)
    except BadNote as error:
        raise AnchorBroken(
            f"The newest file in the folder outside is no checkpoint of this ledger: {error.reason}",
            remedy=_LOOK,
        ) from error
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None or newest.size < head.size or roots_at([head.size])[head.size] != head.root:
        raise AnchorBroken(
            f"The ledger is not what was left in the folder outside at {head.size:,} entries.", remedy=_LOOK
        )


def newest_outside(keys: KeyHistory) -> str | None:
    """Return the newest checkpoint of this epoch in the folder outside. One that cannot be read says nothing: None."""
    if not settings.LEDGER_ANCHOR_DIR:
        return None
    try:
        paths = sorted(Path(settings.LEDGER_ANCHOR_DIR).glob(f"{_epoch_prefix(keys)}*.checkpoint"))
        return paths[-1].read_text() if paths else None
    except (OSError, UnicodeDecodeError):
        return None


def _epoch_prefix(keys: KeyHistory) -> str:
    return f"epoch-{len(keys.epochs):03}-"


def _broken(at: datetime, size: int) -> AnchorBroken:
    return AnchorBroken(
        f"The ledger is not what was left outside the portal at {size:,} entries, on {at:%d %B %Y, %H:%M} UTC.",
        remedy=_LOOK,
    )


def _shown(row: AuditAnchor) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "at": clock.iso(row.at),
        "size": row.checkpoint.size,
        "note": row.checkpoint.note,
        "note_sha256": bytes(row.digest).hex(),
        "reference": row.reference,
        "token": base64.b64encode(bytes(row.token)).decode() if row.token else None,
    }
