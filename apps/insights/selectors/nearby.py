"""Changes near one: at the same time or within a few days, with something in common."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from apps.accounts.models import User
from apps.calendar.enums import BookingState
from apps.calendar.models import BookedComponent, Booking, during
from apps.calendar.selectors.bookings import bookings_visible_to
from apps.catalog.models import Dependency
from apps.changes.models import Change

WITHIN = timedelta(days=3)
"""How far apart two windows may lie and still be near."""
MOST = 10


@dataclass(frozen=True)
class Nearby:
    """A change near another: ``apart`` is how far in time, ``why`` what they have in common, the closest first."""

    booking: Booking
    state: str
    apart: str
    why: tuple[str, ...]


def nearby(user: User, change: Change) -> tuple[list[Nearby], int]:
    """Return the changes near one that a person may see, the closest in time first, and how many there are.

    Near is what shares a component, touches a direct neighbour in the graph, or moves what the same team owns, and
    runs at the same time or within WITHIN. One query, whatever is planned.
    """
    booking = change.booking
    if booking is None or booking.state == BookingState.RELEASED:
        return [], 0
    met: dict[int, list[BookedComponent]] = {}
    for row in _in_common(user, booking):
        met.setdefault(row.booking_id, []).append(row)
    found = [_nearby(booking, rows) for rows in met.values()]
    found.sort(key=lambda each: (_gap(booking, each.booking), each.booking.start, each.booking.pk))
    return found[:MOST], len(found)


def _in_common(user: User, booking: Booking) -> QuerySet[BookedComponent]:
    """Return what bookings near in time move that has to do with what this one moves, each with how."""
    moved = BookedComponent.objects.filter(booking=booking)
    own, teams = moved.values("component"), moved.values("component__owner_team")
    near = bookings_visible_to(user).alias(during=during()).exclude(pk=booking.pk)
    near = near.filter(during__overlap=(booking.start - WITHIN, booking.end + WITHIN))
    relied_on = Dependency.objects.filter(consumer=OuterRef("component"), provider__in=own)
    relying = Dependency.objects.filter(provider=OuterRef("component"), consumer__in=own)
    found = BookedComponent.objects.filter(booking__in=near.exclude(state=BookingState.RELEASED)).annotate(
        shared=Exists(moved.filter(component=OuterRef("component"))),
        relies_on=_first(relied_on, "provider"),
        relied_on_by=_first(relying, "consumer"),
    )
    has_to_do = Q(shared=True) | Q(relies_on__isnull=False) | Q(relied_on_by__isnull=False)
    found = found.filter(has_to_do | Q(component__owner_team__in=teams))
    return found.select_related("component__owner_team", "booking__change").order_by("pk")


def _first(ties: QuerySet[Dependency], end: str) -> Subquery:
    """Return what stands at one end of the first of these ties, as a component calls itself."""
    title = NullIf(f"{end}__title", Value(""))
    return Subquery(ties.order_by("pk").values(said=Coalesce(title, f"{end}__name"))[:1])


def _nearby(booking: Booking, rows: list[BookedComponent]) -> Nearby:
    other = rows[0].booking
    why = tuple(said for _, said in sorted({_reason(row) for row in rows}))
    return Nearby(other, _state(other), _apart(booking, other), why)


def _reason(row: Any) -> tuple[int, str]:
    name = str(row.component)
    if row.shared:
        return 0, f"Both move {name}."
    if row.relies_on:
        return 1, f"It moves {name}, which relies on {row.relies_on}."
    if row.relied_on_by:
        return 1, f"It moves {name}, which {row.relied_on_by} relies on."
    return 2, f"It moves {name}. {row.component.owner_team} owns that too."


def _state(booking: Booking) -> str:
    change = getattr(booking, "change", None)
    return str(change.state if change else booking.state)


def _gap(one: Booking, other: Booking) -> timedelta:
    if other.start < one.end and one.start < other.end:
        return timedelta(0)
    return other.start - one.end if other.start >= one.end else one.start - other.end


def _apart(one: Booking, other: Booking) -> str:
    gap = _gap(one, other)
    if other.start < one.end and one.start < other.end:
        return "At the same time"
    word = "after" if other.start >= one.end else "before"
    hours = int(gap.total_seconds() // 3600)
    if hours >= 48:
        return f"{hours // 24} days {word}"
    if hours:
        return f"{hours} hour{'' if hours == 1 else 's'} {word}"
    return f"Right {word}"
