"""The lanes of a timeline: a team's, a service's or a model's, and the bookings of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, QuerySet, Window
from django.db.models.functions import RowNumber

from apps.accounts.models import Team, User
from apps.calendar.models import BookedComponent, Booking
from apps.calendar.rules import Part
from apps.calendar.selectors.drawn import Head, Narrowed, drawn_between
from apps.calendar.selectors.standing import standing_of
from apps.catalog.models import Component

TEAM = "team"
REST = None
"""The lane of bookings that move nothing which has a lane."""


@dataclass(frozen=True)
class Lane:
    """A lane. ``part`` says what a freeze would ask of a component; a team's lane has none."""

    id: int
    name: str
    key: str
    tier: int | None = None
    team: str = ""
    part: Part | None = None


def lanes_between(
    user: User, start: datetime, end: datetime, by: Narrowed, *, lanes: str, places: slice
) -> tuple[list[Lane], int]:
    """Return a page of the lanes that have something planned in [start, end), and how many lanes there are.

    ``lanes`` is ``team`` or a kind of component. Components stand by tier, then by name; teams by name.
    """
    moved = _moved(user, start, end, by, lanes)
    if lanes == TEAM:
        teams = Team.objects.filter(pk__in=moved.values("component__owner_team")).order_by("name", "pk")
        named = list(teams.annotate(among=Window(Count("pk")))[places])
        return [Lane(team.pk, team.name, team.slug) for team in named], named[0].among if named else 0
    found = Component.objects.filter(pk__in=moved.values("component")).select_related("owner_team")
    rows = list(found.order_by("tier", "name", "key").annotate(among=Window(Count("pk")))[places])
    return [_lane(row) for row in rows], rows[0].among if rows else 0


def heads_by_lane(
    user: User, start: datetime, end: datetime, by: Narrowed, *, lanes: str, shown: Sequence[Lane], most: int
) -> list[Head]:
    """Return the first ``most`` bookings of each lane that is shown, those in conflict before others. One query."""
    lane = F(_LANE[lanes == TEAM])
    moved = (
        _moved(user, start, end, by, lanes).annotate(lane=lane).filter(lane__in=[each.id for each in shown])
    )
    # A booking that moves two components of a team stands once in its lane.
    once = (
        moved.order_by()
        .values("lane", "booking_id", "booking__start")
        .annotate(clash=Min(standing_of("booking__")))
    )
    ranked = once.annotate(
        nth=Window(
            RowNumber(), partition_by=F("lane"), order_by=[F("clash"), F("booking__start"), F("booking_id")]
        ),
        of_lane=Window(Count("booking_id"), partition_by=F("lane")),
        of_all=Window(Count("booking_id")),
    )
    rows = ranked.filter(nth__lte=most).order_by("lane", "booking__start", "booking_id")
    return [Head(*row) for row in rows.values_list("booking_id", "lane", "clash", "of_lane", "of_all")]


def heads_in_no_lane(
    user: User, start: datetime, end: datetime, by: Narrowed, *, lanes: str, most: int
) -> list[Head]:
    """Return the first ``most`` bookings that move nothing which has a lane. One query."""
    moved = _moved(user, start, end, by, lanes)
    drawn = drawn_between(user, start, end, by).exclude(pk__in=moved.values("booking_id"))
    counted = drawn.annotate(of_all=Window(Count("pk"))).order_by(F("clash"), "start", "pk")[:most]
    return [
        Head(pk, REST, clash, count, count)
        for pk, clash, count in counted.values_list("pk", "clash", "of_all")
    ]


_LANE = {True: "component__owner_team_id", False: "component_id"}


def _moved(
    user: User, start: datetime, end: datetime, by: Narrowed, lanes: str
) -> QuerySet[BookedComponent, BookedComponent]:
    drawn: QuerySet[Booking] = drawn_between(user, start, end, by)
    moved = BookedComponent.objects.filter(booking__in=drawn.values("pk"))
    if lanes == TEAM:
        return moved.filter(component__owner_team__isnull=False)
    return moved.filter(component__kind=lanes)


def _lane(row: Component) -> Lane:
    slug = row.owner_team.slug if row.owner_team else ""
    part = Part(row.pk, row.key, row.kind, row.tier, slug, tuple(row.tags), row.stage)
    return Lane(row.pk, str(row), row.key, row.tier, str(row.owner_team or ""), part)
