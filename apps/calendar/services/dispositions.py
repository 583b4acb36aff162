"""Settling a conflict that stands, and ending that. Who may is asked by the floors above, which know the changes.

All of it holds the calendar's lock, so that two people cannot settle one conflict at once, and so that nothing starts
on what is just ending.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.calendar.enums import LIVE, BookingState, DispositionEnd, DispositionSort
from apps.calendar.models import Conflict, Disposition
from apps.calendar.rules.dispositions import OF_PERIOD, closes_circle, text_problem, until_decision
from apps.calendar.selectors import standing_beside
from apps.calendar.services.ending import disposition_of, end, facts, judged, record, whole
from apps.calendar.services.locking import hold_calendar
from apps.core import clock
from apps.core.actors import Actor, system
from apps.core.canonical import digest
from apps.core.clock import iso
from apps.core.errors import Conflict as Clash
from apps.core.errors import Forbidden, Invalid, Stale

_RELOAD = "Reload the page and look again."


@transaction.atomic
def link_after(*, actor: Actor, conflict: Conflict, first: str, reason: str) -> Disposition:
    """Let one of two bookings go after the other (``first``, a reference), which settles all that stands between them.

    Raises:
        Invalid: the conflict is not between two bookings, the order would close a circle, the second has started,
            or no reason is given.
        Stale: the conflict is cleared. Conflict: it is settled already, or a waiver is out to be signed.
    """
    held = _held(conflict)
    _check(reason=text_problem(reason, "Say why this order."))
    if held.other is None:
        raise Invalid({"first": ["Only of two changes can one go after the other."]})
    sides = {held.booking.ref: held.booking, held.other.ref: held.other}
    if first not in sides:
        raise Invalid({"first": [f"Choose one of {' and '.join(sides)}."]})
    before = sides.pop(first)
    [after] = sides.values()
    if after.state != BookingState.PLANNED:
        raise Invalid({"first": [f"{after.ref} has started, so it cannot go after {before.ref}."]})
    if closes_circle(before.pk, after.pk, _waits_for()):
        raise Invalid({"first": [f"{before.ref} already goes after {after.ref}, through other changes."]})
    made = _made(actor, held, DispositionSort.AFTER, reason, first=before, second=after)
    _parts(made, _beside(held))
    return _granted(actor, made)


@transaction.atomic
def exempt_from_period(*, actor: Actor, conflict: Conflict, reason: str) -> Disposition:
    """Let one booking go out in spite of a freeze, or outside a maintenance window, for good.

    Raises:
        Invalid: it is no such conflict, or no reason is given. Stale, Conflict: as for ``link_after``.
    """
    held = _held(conflict)
    _check(reason=text_problem(reason, "Say why it is exempt."))
    if held.kind not in OF_PERIOD:
        raise Invalid(
            {"outcome": ["Only a change that a freeze or a maintenance window keeps back can be exempt."]}
        )
    return _granted(actor, _made(actor, held, DispositionSort.EXEMPT, reason))


@transaction.atomic
def propose_waiver(
    *, actor: Actor, conflict: Conflict, until: datetime, reason: str, compensating: str
) -> Disposition:
    """Write what a waiver would be, of this conflict and of all else that stands between the same two sides.

    It settles nothing until it is granted, and never what is found between the two later.

    Raises:
        Invalid: at the field: ``until`` has passed or is too far ahead, or a text is missing or too long.
        Stale, Conflict: as for ``link_after``.
    """
    held = _held(conflict)
    lasting = until_decision(until, clock.now())
    _check(
        until="" if lasting else lasting.reason,
        reason=text_problem(reason, "Say why it should go out all the same."),
        compensating=text_problem(compensating, "Say what you do instead, so that it is safe."),
    )
    number = 1 + (Disposition.objects.aggregate(last=Max("number"))["last"] or 0)
    made = _made(
        actor,
        held,
        DispositionSort.WAIVER,
        reason,
        number=number,
        until=until,
        compensating=compensating.strip(),
    )
    others = _beside(held)
    made.content = _signed_content(made, [held, *others])
    made.digest = digest(made.content)
    made.save(update_fields=["content", "digest", "updated_at"])
    _parts(made, others)
    record_event(
        event="waiver.asked",
        actor=actor,
        obj=made,
        data=facts(made) | {"digest": made.digest, "conflicts": [held.pk, *(row.pk for row in others)]},
        private={"reason": made.reason, "note": made.compensating},
    )
    return made


@transaction.atomic
def grant_waiver(*, actor: Actor, disposition: Disposition) -> Disposition:
    """Let a waiver count that everyone has signed. One that has ended meanwhile stays ended; twice is once."""
    hold_calendar()
    held = disposition_of(disposition)
    if held.ended_at is not None or held.granted_at is not None:
        return held
    record_event(event="waiver.granted", actor=actor, obj=held, data=facts(held) | {"digest": held.digest})
    return _granted(actor, held)


@transaction.atomic
def end_disposition(*, actor: Actor, disposition: Disposition, because: DispositionEnd) -> Disposition:
    """End what was decided, of each conflict that it settles: from now on they count again. Twice is once."""
    hold_calendar()
    held = disposition_of(disposition)
    if held.ended_at is None:
        end(actor, held, because)
    return held


def _held(conflict: Conflict) -> Conflict:
    """Return the conflict as it is now, open and free to settle, with the calendar held."""
    hold_calendar()
    held = _rows().get(pk=conflict.pk)
    if held.cleared_at is not None:
        raise Stale("This conflict is cleared. There is nothing to settle.", remedy=_RELOAD)
    if not _is_free(held):
        raise Clash("Somebody has settled this conflict, or asked for a waiver.", remedy=_RELOAD)
    return held


def _rows() -> QuerySet[Conflict]:
    return Conflict.objects.select_for_update(of=("self",)).select_related("booking", "other", "period")


def _is_free(held: Conflict) -> bool:
    """Return whether nobody has settled it or is about to. What was over by its time is written down as ended."""
    for one in Disposition.objects.filter(conflict=held, ended_at=None):
        if one.until is None or one.until > clock.now():
            return False
        end(system("calendar"), disposition_of(one), DispositionEnd.OVER)
    return True


def _beside(held: Conflict) -> list[Conflict]:
    """Return what else stands between the same two sides and is free to be settled with it."""
    return [row for row in _rows().filter(pk__in=standing_beside(held)) if _is_free(row)]


def _made(
    actor: Actor, conflict: Conflict, sort: DispositionSort, reason: str, **more: object
) -> Disposition:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person settles a conflict.")
    return Disposition.objects.create(
        conflict=conflict,
        judged=judged(conflict),
        sort=sort,
        reason=reason.strip(),
        made_by=actor.user,
        made_at=clock.now(),
        **more,
    )


def _parts(made: Disposition, others: Iterable[Conflict]) -> None:
    """Write of each other conflict that the same was decided, as part of it."""
    Disposition.objects.bulk_create(
        Disposition(
            part_of=made,
            conflict=row,
            judged=judged(row),
            sort=made.sort,
            number=made.number,
            first=made.first,
            second=made.second,
            until=made.until,
            reason=made.reason,
            compensating=made.compensating,
            made_by=made.made_by,
            made_at=made.made_at,
        )
        for row in others
    )


def _granted(actor: Actor, held: Disposition) -> Disposition:
    for one in whole(held):
        one.granted_at = clock.now()
        one.save(update_fields=["granted_at", "updated_at"])
        record("conflict.settled", actor, one, private={"reason": one.reason})
    return held


def _signed_content(made: Disposition, rows: Iterable[Conflict]) -> dict[str, object]:
    """Return what those who grant a waiver sign: both sides, each conflict with its times, how long, and why."""
    assert made.until is not None
    row = made.conflict
    return {
        "waiver": made.ref,
        "booking": row.booking.ref,
        "other": row.other.ref if row.other else "",
        "period": row.period.ref if row.period else "",
        "conflicts": [judged(each) for each in rows],
        "until": iso(made.until),
        "reason": made.reason,
        "compensating": made.compensating,
    }


def _waits_for() -> dict[int, set[int]]:
    """Return, for each booking that goes after others, their ids. What has ended holds nobody up."""
    links = Disposition.objects.filter(
        sort=DispositionSort.AFTER, ended_at=None, first__state__in=LIVE, second__state__in=LIVE
    )
    found: dict[int, set[int]] = {}
    for second, first in links.values_list("second", "first"):
        found.setdefault(second, set()).add(first)
    return found


def _check(**problems: str) -> None:
    found = {name: [problem] for name, problem in problems.items() if problem}
    if found:
        raise Invalid(found)
