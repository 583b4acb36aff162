"""Finding and clearing conflicts. One row serves both sides, and a conflict that comes back is the same row."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.audit.services import record_event
from apps.calendar.enums import LIVE, ConflictKind, Standing
from apps.calendar.models import Booking, Conflict, ConflictCheck
from apps.calendar.rules import Finding, Identity, Rulebook, examine
from apps.calendar.rules.dispositions import outgrown
from apps.calendar.rules.plans import Instants
from apps.calendar.selectors import rulebook_in_force, rulebook_number
from apps.calendar.selectors.bookings import plans_of
from apps.calendar.selectors.near import neighbourhood
from apps.calendar.services.ending import decided, end_outgrown, end_spent_orders, judged
from apps.calendar.services.listeners import tell
from apps.calendar.services.locking import hold_calendar
from apps.calendar.services.standing import restand
from apps.catalog.selectors import graph
from apps.core import clock
from apps.core.actors import Actor

TOGETHER = 500
"""Bookings that are checked in one transaction, so that nobody waits long for the calendar's lock."""

FIELDS = ("severity", "path", "forward", "start", "end")
"""What may move in a conflict that stands."""


@transaction.atomic
def recheck(
    *, actor: Actor, booking_ids: Collection[int], once: Iterable[Instants] = (), planned: bool = False
) -> set[str]:
    """Find and clear the conflicts of these bookings. Return the references whose conflicts, or standing, changed.

    ``planned`` says that they are checked because somebody plans them now, who sees what they meet.

    ``once`` are times that they held before: whoever shared a moment with them may be one of too many no more.
    Checking twice finds the same. The number of queries does not grow with the number of bookings, only with
    the number of conflicts that are new or gone: each of these is in the ledger, for both sides.
    """
    if not booking_ids:
        return set()
    hold_calendar()
    rulebook, crowd, findings = _findings(Booking.objects.filter(pk__in=booking_ids), once)
    found = {each.identity: each for each in findings}
    sides = Q(booking__in=booking_ids) | Q(other__in=booking_ids)
    crowded = Q(kind=ConflictKind.LIMIT, booking__in=crowd)
    known = {_identity(row): row for row in Conflict.objects.select_for_update().filter(sides | crowded)}
    now = clock.now()
    changed = [
        *_add(found, known, now, rulebook, planned),
        *_keep(found, known, now, rulebook, planned, actor),
        *_clear(found, known, now),
    ]
    refs = _record(changed, actor)
    end_spent_orders(actor, booking_ids)
    # What it goes after, or what goes after it, may count now though no conflict moved: it has started, or is done.
    refs |= restand({*booking_ids, *_sides(known.values()), *_sides(changed)})
    tell(refs, actor)
    return refs


def recheck_all(*, actor: Actor) -> set[str]:
    """Check all live bookings against each other, some at a time; note when, on which graph, by which rulebook.

    Both are read before the first look, so that one which is replaced meanwhile is due again.
    What is done is checked too while a plan can still come in the quiet time after it, and whatever is marked as being
    in conflict.
    """
    stamp, number = graph().stamp, rulebook_number()
    quiet = clock.now() - rulebook_in_force().after
    live = Booking.objects.filter(
        Q(state__in=LIVE) | Q(state="done", ended_at__gte=quiet) | ~Q(stands=Standing.CLEAR)
    )
    ids = list(live.order_by("start", "pk").values_list("pk", flat=True))
    changed: set[str] = set()
    for start in range(0, len(ids), TOGETHER):
        changed |= recheck(actor=actor, booking_ids=ids[start : start + TOGETHER])
    _note(stamp, number)
    return changed


def recheck_if_due(*, actor: Actor) -> bool:
    """Check all live bookings when the graph or the rulebook has changed since, or nothing was ever checked."""
    last = ConflictCheck.objects.first()
    if last is not None and (last.graph_stamp, last.rulebook) == (graph().stamp, rulebook_number()):
        return False
    recheck_all(actor=actor)
    return True


def prove_conflicts(*, actor: Actor) -> set[str]:
    """Check everything, as each night, and return the references whose conflicts the edits had missed.

    Every edit checks what it touches, so nothing may be new. What is gets mended all the same, and the ledger says
    that the calendar was wrong until now.
    """
    recheck_if_due(actor=actor)
    missed = recheck_all(actor=actor)
    with transaction.atomic():
        event = "calendar.proved" if not missed else "calendar.was_wrong"
        record_event(event=event, actor=actor, obj=("calendar", "all"), data={"missed": sorted(missed)[:100]})
    return missed


@transaction.atomic
def _note(stamp: int, number: int) -> None:
    ConflictCheck.objects.update_or_create(
        pk=1, defaults={"graph_stamp": stamp, "rulebook": number, "checked_at": clock.now()}
    )


def _findings(
    bookings: QuerySet[Booking], once: Iterable[Instants]
) -> tuple[Rulebook, frozenset[int], list[Finding]]:
    """Return the rulebook, who else may be one of too many, and all that is found about them and these."""
    counted = bookings.filter(Q(state__in=LIVE) | Q(state="done", ended_at__isnull=False))
    focus = plans_of(counted)
    spans = list(once) or [
        (start, end) for start, end in bookings.exclude(state__in=LIVE).values_list("start", "end")
    ]
    rulebook = rulebook_in_force()
    if not focus and not (rulebook.limits and spans):
        return rulebook, frozenset(), []
    near = neighbourhood(rulebook, focus, once=spans)
    findings = examine(near.around, near.plans, {plan.id for plan in focus} | near.crowd)
    mine = {plan.id for plan in focus}
    kept = [
        each
        for each in findings
        if each.first in mine
        or each.other in mine
        or (each.kind == ConflictKind.LIMIT and each.first in near.crowd)
    ]
    return rulebook, near.crowd, kept


def _sides(rows: Iterable[Conflict]) -> set[int]:
    return {pk for row in rows for pk in (row.booking_id, row.other_id) if pk is not None}


def _identity(row: Conflict) -> Identity:
    return row.kind, row.booking_id, row.other_id, row.period_id, row.what


def _content(finding: Finding, rulebook: Rulebook) -> dict[str, object]:
    """Return what may move in a conflict, as its row holds it."""
    return {
        "severity": rulebook.severities[finding.kind],
        "path": list(finding.path),
        "forward": finding.forward,
        "start": finding.start,
        "end": finding.end,
    }


def _add(
    found: Mapping[Identity, Finding],
    known: Mapping[Identity, Conflict],
    now: datetime,
    rulebook: Rulebook,
    planned: bool,
) -> list[Conflict]:
    return Conflict.objects.bulk_create(
        Conflict(
            kind=finding.kind,
            booking_id=finding.first,
            other_id=finding.other,
            period_id=finding.period,
            what=finding.what,
            found_at=now,
            checked_at=now,
            foreseen=planned,
            **_content(finding, rulebook),
        )
        for identity, finding in found.items()
        if identity not in known
    )


def _keep(
    found: Mapping[Identity, Finding],
    known: Mapping[Identity, Conflict],
    now: datetime,
    rulebook: Rulebook,
    planned: bool,
    actor: Actor,
) -> list[Conflict]:
    """Freshen the rows that stand; return those that came back, and those that weigh more or less than before.

    What became graver than what was decided about it is found anew, and that decision ends.
    """
    standing = [row for identity, row in known.items() if identity in found]
    in_hand = decided([row.pk for row in standing]) if standing else {}
    told, moved, over = [], [], []
    for row in standing:
        content = _content(found[_identity(row)], rulebook)
        back, weighs = row.cleared_at is not None, row.severity != content["severity"]
        if not back and all(getattr(row, name) == value for name, value in content.items()):
            continue
        for name, value in content.items():
            setattr(row, name, value)
        moved.append(row)
        decision = in_hand.get(row.pk)
        grown = [decision] if decision and outgrown(decision.judged, judged(row)) else []
        over += grown
        if back or grown:
            row.cleared_at, row.found_at, row.foreseen = None, now, planned
        if back or weighs:
            told.append(row)
    Conflict.objects.bulk_update(moved, ["cleared_at", "found_at", "foreseen", *FIELDS], batch_size=TOGETHER)
    Conflict.objects.filter(pk__in=[row.pk for row in standing]).update(checked_at=now)
    end_outgrown(actor, over)
    return told


def _clear(
    found: Mapping[Identity, Finding], known: Mapping[Identity, Conflict], now: datetime
) -> list[Conflict]:
    gone = [row for identity, row in known.items() if identity not in found and row.cleared_at is None]
    for row in gone:
        row.cleared_at = now
    Conflict.objects.filter(pk__in=[row.pk for row in gone]).update(cleared_at=now, checked_at=now)
    return gone


def _record(changed: list[Conflict], actor: Actor) -> set[str]:
    """Write each conflict that was found or cleared to the ledger of both sides; return their references."""
    refs: set[str] = set()
    rows = Conflict.objects.select_related("booking", "other", "period").in_bulk([row.pk for row in changed])
    for row in (rows[each.pk] for each in changed):
        event = "conflict.found" if row.cleared_at is None else "conflict.cleared"
        for mine, theirs in ((row.booking, row.other or row.period), (row.other, row.booking)):
            if mine is not None:
                data = {"conflict": row.pk, "kind": row.kind, "severity": row.severity}
                data |= {"with": theirs.ref if theirs else row.what or None, "path": row.path}
                record_event(event=event, actor=actor, obj=mine, data=data)
                refs.add(mine.ref)
    return refs
