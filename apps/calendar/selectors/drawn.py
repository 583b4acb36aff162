"""What a calendar draws: a few bookings of each day or lane, and how many there are, whatever the range holds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from apps.accounts.models import User
from apps.calendar.enums import ConflictSeverity, Standing
from apps.calendar.models import BookedComponent, Booking, during
from apps.calendar.selectors.bookings import bookings_visible_to
from apps.calendar.selectors.dispositions import is_settled
from apps.calendar.selectors.standing import marked_conflicts, standing_of
from apps.catalog.models import Component
from apps.core import clock


@dataclass(frozen=True)
class Narrowed:
    """What a calendar is narrowed to: bookings that move a component of which all that is given is true.

    ``team`` is a slug, ``component`` a part of a key or title. ``conflicts`` leaves those in conflict alone.
    ``among`` says what the floors above know of whoever booked.
    """

    team: str = ""
    kind: str = ""
    tier: int | None = None
    tag: str = ""
    component: str = ""
    conflicts: bool = False
    among: Q = field(default_factory=Q)

    @property
    def components(self) -> Q:
        """Return the condition on a component."""
        asked = Q()
        if self.team:
            asked &= Q(owner_team__slug=self.team)
        if self.kind:
            asked &= Q(kind=self.kind)
        if self.tier is not None:
            asked &= Q(tier=self.tier)
        if self.tag:
            asked &= Q(tags__contains=[self.tag])
        if self.component:
            asked &= Q(key__icontains=self.component) | Q(title__icontains=self.component)
        return asked


def drawn_between(user: User, start: datetime, end: datetime, by: Narrowed) -> QuerySet[Booking]:
    """Return the bookings that meet [start, end), released ones too, each with how it stands (``clash``)."""
    found = bookings_visible_to(user).alias(during=during()).filter(by.among, during__overlap=(start, end))
    if by.components:
        moved = BookedComponent.objects.filter(component__in=Component.objects.filter(by.components))
        found = found.filter(pk__in=moved.values("booking_id"))
    if by.conflicts:
        found = found.exclude(stands=Standing.CLEAR)
    return found.annotate(clash=standing_of())


@dataclass(frozen=True)
class Head:
    """A booking that is drawn: where, how it stands, and how many its place and the whole range hold.

    ``place`` is a day, or the id of a lane (None is the lane of what is in no other).
    """

    pk: int
    place: date | int | None
    clash: int
    of_place: int
    of_all: int


def heads_by_day(
    user: User,
    start: datetime,
    end: datetime,
    by: Narrowed,
    *,
    zone: tzinfo,
    most: range,
    clashes_first: bool,
) -> list[Head]:
    """Return a few bookings of each day of [start, end) in a zone, by day and time.

    A booking belongs to the first of these days that it touches. ``most`` says which of a day's bookings:
    ``range(5)`` is the first five, those in conflict first when asked. One query, whatever the range holds.
    """
    days = _Days(start, end, zone)
    order = [F("clash")] if clashes_first else []
    ranked = (
        drawn_between(user, start, end, by)
        .annotate(day=days.number)
        .annotate(
            nth=Window(RowNumber(), partition_by=F("day"), order_by=[*order, F("start"), F("pk")]),
            of_day=Window(Count("pk"), partition_by=F("day")),
            of_all=Window(Count("pk")),
        )
    )
    shown = ranked.filter(nth__gt=most.start, nth__lte=most.stop).order_by("day", "start", "pk")
    rows = shown.values_list("pk", "day", "clash", "of_day", "of_all")
    return [Head(pk, days.named(day), *rest) for pk, day, *rest in rows]


def bookings_drawn(user: User, heads: Iterable[Head]) -> QuerySet[Booking]:
    """Return the bookings of these heads, each with the tiers of what it moves."""
    moved = BookedComponent.objects.filter(booking=OuterRef("pk")).order_by()
    tiers = ArraySubquery(moved.values_list("component__tier", flat=True).distinct())
    return bookings_visible_to(user).filter(pk__in=[head.pk for head in heads]).annotate(tiers=tiers)


@dataclass(frozen=True)
class DayClashes:
    """How many conflicts begin on a day: those that block, and all."""

    day: date
    blocking: int
    total: int


def clashes_by_day(
    user: User, start: datetime, end: datetime, by: Narrowed, *, zone: tzinfo
) -> list[DayClashes]:
    """Return how many conflicts of what is narrowed to each day of [start, end) holds. One query.

    A conflict belongs to the first of these days in which its two sides meet.
    """
    drawn = drawn_between(user, start, end, by).values("pk")
    days = _Days(start, end, zone)
    met = _meeting(days).filter(Q(booking__in=drawn) | Q(other__in=drawn))
    counted = met.values("day").annotate(blocked=Count("pk", filter=_BLOCKS), found=Count("pk"))
    rows = counted.order_by("day").values_list("day", "blocked", "found")
    return [DayClashes(days.named(day), *rest) for day, *rest in rows]


def clashes_drawn(
    start: datetime, end: datetime, *, zone: tzinfo, heads: Iterable[Head], most: int
) -> list[tuple[int, date]]:
    """Return the gravest ``most`` conflicts of each day that the bookings in ``heads`` have, each with its day.

    One query. What settles a conflict makes it lighter than any that counts.
    """
    shown = [head.pk for head in heads]
    graver = Case(
        *(When(severity=severity, then=place) for place, severity in enumerate(ConflictSeverity.values)),
        default=len(ConflictSeverity.values),
        output_field=IntegerField(),
    )
    days = _Days(start, end, zone)
    met = _meeting(days).filter(Q(booking__in=shown) | Q(other__in=shown))
    nth = Window(RowNumber(), partition_by=F("day"), order_by=["settled", graver, F("start"), F("pk")])
    ranked = met.annotate(nth=nth).filter(nth__lte=most).order_by("day", "nth")
    return [(pk, days.named(day)) for pk, day in ranked.values_list("pk", "day")]


class _Days:
    """The days of [start, end) in a zone, which PostgreSQL numbers from 1 by their midnights.

    What began before is on the first. To ask of tens of thousands of instants what a zone's clock showed takes it
    longer than all the rest.
    """

    def __init__(self, start: datetime, end: datetime, zone: tzinfo) -> None:
        self._first = start.astimezone(zone).date()
        last = (end - timedelta(microseconds=1)).astimezone(zone).date()
        steps = range(1, (last - self._first).days + 1)
        midnights = [datetime.combine(self._first + timedelta(step), time(), zone) for step in steps]
        times = Value(midnights, output_field=ArrayField(DateTimeField()))
        self.start, self.end = start, end
        self.number = Func("start", times, function="1 + width_bucket", output_field=IntegerField())

    def named(self, number: int) -> date:
        return self._first + timedelta(number - 1)


_BLOCKS = Q(severity=ConflictSeverity.BLOCKING, settled=False)


def _meeting(days: _Days) -> QuerySet[Any]:
    met = (
        marked_conflicts()
        .filter(start__lt=days.end, end__gte=days.start)
        .annotate(settled=is_settled(clock.now()))
    )
    return met.annotate(day=days.number)
