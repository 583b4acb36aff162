"""What was said to become of the changes that periods keep back, and which run in a freeze now."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.calendar.enums import BookingState, ConflictKind, Outcome
from apps.calendar.models import Booking, Conflict, Disposition, FreezeOutcome, Occurrence, Period
from apps.calendar.rules.dispositions import OF_PERIOD
from apps.calendar.selectors.dispositions import blocking
from apps.core import clock


def kept_back_by(period: Period) -> QuerySet[Conflict]:
    """Return what a period holds back now or would, settled or not, in order of time."""
    found = Conflict.objects.filter(kind__in=OF_PERIOD, period=period, cleared_at=None)
    return found.select_related("booking", "period").order_by("booking__start", "pk")


def outcomes_of(period: Period) -> dict[int, FreezeOutcome]:
    """Return what was said of each booking since the period came to keep it back, by its id.

    What was said before that counts only while it still settles the conflict, or is out to be signed.
    """
    kept = Conflict.objects.filter(
        Q(found_at__lte=OuterRef("said_at")) | _in_hand(),
        kind__in=OF_PERIOD,
        period=OuterRef("period"),
        booking=OuterRef("booking"),
        cleared_at=None,
    )
    found = FreezeOutcome.objects.filter(Exists(kept), period=period).select_related("said_by", "booking")
    return {one.booking_id: one for one in found}


@dataclass(frozen=True)
class Fate:
    """A booking that a period keeps back, with what was said to become of it."""

    booking: Booking
    said: FreezeOutcome | None

    @property
    def outcome(self) -> Outcome:
        """Return what becomes of it: it moves where nothing was said."""
        return Outcome(self.said.outcome) if self.said else Outcome.MOVES

    @property
    def under_way(self) -> bool:
        """Return whether it runs, so that its stage is finished and then it holds."""
        return self.booking.state == BookingState.UNDER_WAY


def fates_of(period: Period) -> list[Fate]:
    """Return what a period keeps back, in order of time, with the outcome of each; two queries. Lifted: nothing."""
    if not period.holds or period.lifted_at is not None:
        return []
    said = outcomes_of(period)
    return [Fate(one.booking, said.get(one.booking_id)) for one in kept_back_by(period)]


def unsaid(conflicts: QuerySet[Conflict]) -> QuerySet[Conflict]:
    """Return those that a period came to keep back after they were planned, and of which nothing is said since."""
    said = FreezeOutcome.objects.filter(
        period=OuterRef("period"), booking=OuterRef("booking"), said_at__gte=OuterRef("found_at")
    )
    return conflicts.filter(
        ~Exists(said),
        ~_in_hand(),
        kind__in=OF_PERIOD,
        foreseen=False,
        booking__state=BookingState.PLANNED,
        period__isnull=False,
    )


def unsaid_outcomes() -> QuerySet[Conflict]:
    """Return all of which something must be said, by period."""
    found = unsaid(blocking(clock.now())).select_related("booking", "period")
    return found.order_by("period_id", "booking__start", "pk")


def answered_in(period: Period) -> set[int]:
    """Return the bookings that a period keeps back and of which nothing needs to be said, by id."""
    kept = kept_back_by(period)
    return set(kept.exclude(pk__in=unsaid(kept).values("pk")).values_list("booking_id", flat=True))


def _in_hand() -> Exists:
    return Exists(Disposition.objects.filter(conflict=OuterRef("pk"), ended_at=None))


def running_in_freezes() -> QuerySet[Any]:
    """Return the conflicts of bookings that are under way while a time of a freeze that holds them has begun.

    ``begun_at`` is when that time began. The conflict itself has the first time that the booking meets.
    """
    now = clock.now()
    running = Occurrence.objects.filter(period=OuterRef("period"), start__lte=now, end__gt=now)
    found = blocking(now).annotate(begun_at=Subquery(running.order_by("start").values("start")[:1]))
    found = found.filter(
        kind=ConflictKind.FREEZE,
        booking__state=BookingState.UNDER_WAY,
        booking__end__gt=now,
        begun_at__isnull=False,
    )
    return found.select_related("booking", "period").order_by("pk")


def to_be_told_to_hold() -> QuerySet[Any]:
    """Return those of them whose people have not been told since that time began."""
    told = FreezeOutcome.objects.filter(
        period=OuterRef("period"), booking=OuterRef("booking"), held_at__gte=OuterRef("begun_at")
    )
    return running_in_freezes().filter(~Exists(told))


def held_by(ref: str) -> list[Period]:
    """Return the freezes that have begun over a booking which is under way: its stage is finished, then it holds."""
    return [one.period for one in running_in_freezes().filter(booking__ref=ref) if one.period is not None]


WHAT_TO_DO = {
    Outcome.MOVES: "Stays blocked until it is moved or withdrawn. Those who judge its time sign again then.",
    Outcome.EXCEPTION: "Stays blocked until everyone asked has signed the exception.",
    Outcome.EXEMPT: "May go out as planned. What was signed still counts.",
}
"""What each outcome means for whoever planned the change."""
