"""Finding and clearing conflicts. One row serves both sides, and a conflict that comes back is the same row."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.audit.services import record_event
from apps.calendar.enums import BookingState, ConflictKind
from apps.calendar.models import Booking, Conflict, ConflictCheck
from apps.calendar.rules import Plan, meetings
from apps.calendar.selectors.bookings import live_between, plans_of
from apps.calendar.selectors.conflicts import SEVERITY, found_in
from apps.calendar.selectors.freezes import in_force_between
from apps.calendar.services.listeners import tell
from apps.calendar.services.locking import hold_calendar
from apps.catalog.selectors import graph
from apps.core import clock
from apps.core.actors import Actor

TOGETHER = 500
"""Bookings that are checked in one transaction, so that nobody waits long for the calendar's lock."""

WHOLE_CHECK_EVERY = timedelta(minutes=5)

Identity = tuple[str, int, int | None, int | None]
"""What a conflict is, for good: (kind, booking, other booking, freeze)."""


@dataclass(frozen=True)
class _Finding:
    path: list[str]
    forward: bool


@transaction.atomic
def recheck(*, actor: Actor, booking_ids: Collection[int]) -> set[str]:
    """Find and clear the conflicts of these bookings. Return the references whose conflicts changed.

    Checking twice finds the same. The number of queries does not grow with the number of bookings, only with
    the number of conflicts that are new or gone: each of these is in the ledger, for both sides.
    """
    if not booking_ids:
        return set()
    hold_calendar()
    live = Booking.objects.filter(pk__in=booking_ids).exclude(state=BookingState.RELEASED)
    found = _findings(live)
    sides = Q(booking__in=booking_ids) | Q(other__in=booking_ids)
    known = {_identity(row): row for row in Conflict.objects.select_for_update().filter(sides)}
    now = clock.now()
    changed = [
        *_add(found, known, now),
        *_keep(found, known, now),
        *_clear(found, known, now),
    ]
    refs = _record(changed, actor)
    tell(refs, actor)
    return refs


def recheck_all(*, actor: Actor) -> set[str]:
    """Check all live bookings against each other, some at a time, and note when and on which graph."""
    stamp = graph().stamp
    live = Booking.objects.exclude(state=BookingState.RELEASED).order_by("start", "pk")
    ids = list(live.values_list("pk", flat=True))
    changed: set[str] = set()
    for start in range(0, len(ids), TOGETHER):
        changed |= recheck(actor=actor, booking_ids=ids[start : start + TOGETHER])
    _note(stamp)
    return changed


def recheck_if_due(*, actor: Actor) -> bool:
    """Check all live bookings when the graph has moved since the last time, or that was a while ago."""
    last = ConflictCheck.objects.first()
    old = last is None or clock.now() - last.checked_at >= WHOLE_CHECK_EVERY
    if last is not None and not old and last.graph_stamp == graph().stamp:
        return False
    recheck_all(actor=actor)
    return True


@transaction.atomic
def _note(stamp: int) -> None:
    ConflictCheck.objects.update_or_create(pk=1, defaults={"graph_stamp": stamp, "checked_at": clock.now()})


def _findings(live: QuerySet[Booking]) -> dict[Identity, _Finding]:
    focus = plans_of(live)
    if not focus:
        return {}
    start, end = min(plan.start for plan in focus), max(plan.end for plan in focus)
    ids = {plan.id for plan in focus}
    others = plans_of(live_between(start, end).exclude(pk__in=ids))
    found: dict[Identity, _Finding] = {}
    for met in meetings(graph(), [*focus, *_touching(others, focus)], ids):
        found[met.kind.value, met.first, met.other, None] = _Finding(list(met.path), met.forward)
    for plan, freeze, covered in found_in(focus, in_force_between(start, end)):
        found[ConflictKind.FREEZE.value, plan, None, freeze] = _Finding(list(covered[:1]), True)
    return found


def _touching(others: list[Plan], focus: list[Plan]) -> Iterator[Plan]:
    """Leave out the plans that meet none in focus: their parts would only make the search larger."""
    if len(focus) > 1:
        yield from others
        return
    [only] = focus
    for plan in others:
        if plan.start < only.end and only.start < plan.end:
            yield plan


def _identity(row: Conflict) -> Identity:
    return row.kind, row.booking_id, row.other_id, row.freeze_id


def _add(
    found: Mapping[Identity, _Finding], known: Mapping[Identity, Conflict], now: datetime
) -> list[Conflict]:
    return Conflict.objects.bulk_create(
        Conflict(
            kind=kind,
            severity=SEVERITY[ConflictKind(kind)],
            booking_id=booking,
            other_id=other,
            freeze_id=freeze,
            path=finding.path,
            forward=finding.forward,
            found_at=now,
            checked_at=now,
        )
        for (kind, booking, other, freeze), finding in found.items()
        if (kind, booking, other, freeze) not in known
    )


def _keep(
    found: Mapping[Identity, _Finding], known: Mapping[Identity, Conflict], now: datetime
) -> list[Conflict]:
    """Freshen the rows that stand; return those that came back."""
    standing = [row for identity, row in known.items() if identity in found]
    back, moved = [], []
    for row in standing:
        finding = found[_identity(row)]
        stands = row.cleared_at is None
        if not stands:
            row.cleared_at, row.found_at = None, now
            back.append(row)
        if not stands or (row.path, row.forward) != (finding.path, finding.forward):
            row.path, row.forward = finding.path, finding.forward
            moved.append(row)
    Conflict.objects.bulk_update(moved, ["cleared_at", "found_at", "path", "forward"], batch_size=TOGETHER)
    Conflict.objects.filter(pk__in=[row.pk for row in standing]).update(checked_at=now)
    return back


def _clear(
    found: Mapping[Identity, _Finding], known: Mapping[Identity, Conflict], now: datetime
) -> list[Conflict]:
    gone = [row for identity, row in known.items() if identity not in found and row.cleared_at is None]
    for row in gone:
        row.cleared_at = now
    Conflict.objects.filter(pk__in=[row.pk for row in gone]).update(cleared_at=now, checked_at=now)
    return gone


def _record(changed: list[Conflict], actor: Actor) -> set[str]:
    """Write each conflict that was found or cleared to the ledger of both sides; return their references."""
    refs: set[str] = set()
    rows = Conflict.objects.select_related("booking", "other", "freeze").in_bulk([row.pk for row in changed])
    for row in (rows[each.pk] for each in changed):
        event = "conflict.found" if row.cleared_at is None else "conflict.cleared"
        for mine, theirs in ((row.booking, row.other or row.freeze), (row.other, row.booking)):
            if mine is not None and theirs is not None:
                data = {"conflict": row.pk, "kind": row.kind, "severity": row.severity}
                data |= {"with": theirs.ref, "path": row.path}
                record_event(event=event, actor=actor, obj=mine, data=data)
                refs.add(mine.ref)
    return refs
