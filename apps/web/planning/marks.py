"""A booking, a freeze or a conflict as the calendar draws it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.accounts.models import User
from apps.calendar.enums import LIVE, ConflictKind, Standing
from apps.calendar.models import Booking, Period
from apps.calendar.rules import FACETS, Scope
from apps.calendar.selectors import Found, Step, explained, scope_of
from apps.catalog.enums import ComponentKind
from apps.catalog.rules.impact import Graph
from apps.catalog.selectors import graph
from apps.changes.enums import ChangeState
from apps.changes.selectors import moves_open_to
from apps.web import dates, marks
from apps.web.marks import CHIP_ICONS, STATES

MOVABLE = {ChangeState.IN_REVIEW, ChangeState.APPROVED}


@dataclass(frozen=True)
class Event:
    """A booking on the calendar. ``colour`` is one of the seven of the chips.

    What it moves should rest after it until ``quiet_until``.
    """

    booking: Booking
    colour: str
    icon: str
    word: str
    conflicts: tuple[Found, ...]
    clash: int
    movable: bool = False
    quiet_until: datetime | None = None

    @property
    def hours(self) -> str:
        """Return its hours, "06:00 to 08:30", or its days where they are two: for the reader."""
        start, end = self.booking.start, self.booking.end
        begins, ends = days_of(start, end, dates.zone_of())
        return f"{dates.hour(start)} to {dates.hour(end) if begins == ends else dates.when(end)}"

    @property
    def planned(self) -> str:
        """Return its start on the clock that was meant, where the reader's clock shows another: "07:00 in Berlin"."""
        meant, zone = self.booking.start, self.booking.time_zone
        there, here = meant.astimezone(dates.zone_of(zone)), meant.astimezone(dates.zone_of())
        if there.utcoffset() == here.utcoffset():
            return ""
        said = dates.hour(meant, zone) if there.date() == here.date() else dates.when(meant, zone)
        return f"{said} in {zone.rpartition('/')[2].replace('_', ' ')}"

    @property
    def move_url(self) -> str:
        """Return the address of the form that moves it, or nothing for whoever may not."""
        return reverse("web:calendar-move", args=[self.booking.ref]) if self.movable else ""

    @property
    def clashing(self) -> bool:
        """Return whether it stands in a conflict, shown or not."""
        return self.clash != Standing.CLEAR

    @property
    def blocked(self) -> bool:
        """Return whether a conflict keeps it from going out."""
        return self.clash == Standing.BLOCKED

    @property
    def warning(self) -> str:
        """Return what its mark of a conflict says, after its state."""
        return (", in conflict" if self.blocked else ", look before you go") if self.clashing else ""

    @property
    def ended(self) -> bool:
        """Return whether it holds its time no more."""
        return self.booking.state not in LIVE

    def days(self, zone: tzinfo) -> tuple[date, date]:
        """Return the first and the last day that it touches in a zone."""
        return days_of(self.booking.start, self.booking.end, zone)


def event_mark(event: Event) -> SafeString:
    """Return a booking as a month shows it: a link with its state's colour and icon. A month has hundreds of them.

    What is ``listed`` a list of days shows, on a phone, and a table has no room for; what is ``said`` a table says to
    screen readers alone.
    """
    classes = f"c-{event.colour}" + (" clash" if event.clashing else "")
    classes += " warns" if event.clashing and not event.blocked else ""
    start, end = event.hours.split(" to ", 1)
    at, until = ("", f"{start} to {end}") if event.ended else (start, f" to {end}")
    quiet = f"Quiet until {dates.when(event.quiet_until)}" if event.quiet_until else ""
    return format_html(
        '<a class="ev {}" href="{}"{}>{}<b>{}<span class="listed">{}</span> <bdi class="nowrap">{}</bdi></b>'
        '<span><span class="{}">{}{}: </span>{}</span>{}{}</a>{}',
        classes,
        event.booking.url,
        format_html(' data-move="{}"', event.move_url) if event.movable else "",
        marks.icon(event.icon),
        at,
        until,
        event.booking.ref,
        "" if event.ended else "said",
        event.word,
        event.warning,
        event.booking.title,
        format_html("<small>{}</small>", event.planned) if event.planned else "",
        format_html('<small class="listed">{}</small>', quiet) if quiet else "",
        format_html(_MOVE, event.move_url, event.booking.ref) if event.movable else "",
    )


_MOVE = '<a class="move listed" href="{}">Move<span class="vh"> {}</span></a>'


def events_of(
    bookings: Iterable[Booking],
    conflicts: Mapping[int, Sequence[Found]],
    clashes: Mapping[int, int],
    user: User,
    cooldown: Mapping[int, timedelta],
) -> list[Event]:
    """Return bookings as a person's calendar shows them; conflicts and how each stands (``clashes``) are by id.

    Each carries the state of the change that made it and who asked for that (``said``, ``asked_by``): None for a
    booking that no change made; and the tiers of what it moves. ``cooldown`` is the quiet time of each tier.
    """
    return [
        _event(each, tuple(conflicts.get(each.pk, ())), clashes[each.pk], user, cooldown) for each in bookings
    ]


def _event(
    booking: Any, conflicts: tuple[Found, ...], clash: int, user: User, cooldown: Mapping[int, timedelta]
) -> Event:
    state = booking.said or booking.state
    colour, word = STATES.get(state, ("draft", state))
    icon = "arrow-back-up" if state == ChangeState.ROLLED_BACK else CHIP_ICONS[colour]
    movable = booking.asked_by == user.pk and state in MOVABLE
    quiet = max((cooldown[tier] for tier in booking.tiers if tier in cooldown), default=None)
    return Event(
        booking,
        colour,
        icon if clash == Standing.CLEAR else "alert-triangle",
        word,
        conflicts,
        clash,
        movable,
        booking.end + quiet if quiet and booking.state in LIVE else None,
    )


@dataclass(frozen=True)
class Stop:
    """One line of a path, with who moves it."""

    step: Step
    said: str


@dataclass(frozen=True)
class Clash:
    """A conflict between two sides, told once, with its path as people read it."""

    ref: str
    title: str
    url: str
    found: Found
    stops: tuple[Stop, ...]
    moves: tuple[tuple[str, str], ...]
    """What each side that can be moved apart is called, with the address of the form that does it, or asks for it."""


def clashes_of(user: User, told: Sequence[tuple[Booking, Found]]) -> list[Clash]:
    """Return each of these conflicts once, in their order, as a person sees them. Four queries."""
    known = graph()
    once: dict[int, Clash] = {}
    may = moves_open_to(user, {mine.ref for mine, _ in told})
    for mine, found in told:
        if found.id not in once:
            stops = stops_of(mine.ref, found, known)
            moves = tuple(_move(ref, may[ref]) for ref in (mine.ref, found.ref) if ref in may)
            once[found.id] = Clash(mine.ref, mine.title, mine.url, found, stops, moves)
    return list(once.values())


def _move(ref: str, own: bool) -> tuple[str, str]:
    return f"Move {ref}" if own else f"Ask to move {ref}", reverse("web:calendar-move", args=[ref])


@dataclass(frozen=True)
class Clashes:
    """The conflicts of a day or a lane, behind one mark: those that it opens, and how many there are."""

    all: tuple[Clash, ...]
    blocking: int = 0
    others: int = 0

    @property
    def more(self) -> int:
        """Return how many there are beyond those that the mark opens."""
        return self.blocking + self.others - len(self.all)

    @property
    def counted(self) -> str:
        """Return how many conflicts and warnings there are, in words: "1 conflict, 2 warnings"."""
        counts = ((self.blocking, "conflict"), (self.others, "warning"))
        return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count)

    def __bool__(self) -> bool:
        return self.blocking + self.others > 0


def stops_of(ref: str, found: Found, known: Graph) -> tuple[Stop, ...]:
    """Return a conflict's path, as the side called ``ref`` sees it, each stop with who moves it."""
    steps = explained(found.path, known)
    if found.kind == ConflictKind.SAME_COMPONENT:
        return (Stop(steps[0], f"moved by {ref} and by {found.ref}"),)
    if found.kind == ConflictKind.FREEZE:
        return (Stop(steps[0], f"moved by {ref}, and frozen"),)
    if found.kind == ConflictKind.REACHES_FROZEN:
        ends = {0: f"moved by {ref}", len(steps) - 1: "frozen then"}
        return tuple(Stop(step, ends.get(place, "")) for place, step in enumerate(steps))
    if found.kind not in (ConflictKind.READS, ConflictKind.WRITES):
        return tuple(Stop(step, f"moved by {ref}") for step in steps)
    first, last = (found.ref, ref) if found.theirs_first else (ref, found.ref)
    said = {0: f"moved by {first}", len(steps) - 1: f"moved by {last}"}
    return tuple(Stop(step, said.get(place, "")) for place, step in enumerate(steps))


def scope_words(period: Period) -> str:
    """Return what a period covers: "Everything", "Components of lending", "credit-risk", "Models", "Tier 1 or 2"."""
    return facets_words(scope_of(period))


def facets_words(scope: Scope) -> str:
    """Return what a scope covers, in the same words."""
    parts = [_said(facet, scope.named(facet)) for facet in FACETS if scope.named(facet)]
    left_out = [
        short for facet in FACETS for short in _values(facet, sorted(scope.leaves_out.get(facet, ())))
    ]
    words = ", ".join(parts) or "Everything"
    return f"{words}, but not {' or '.join(left_out)}" if left_out else words


def _said(facet: str, values: list[str]) -> str:
    named = " or ".join(_values(facet, values))
    words = {
        "component": "{}",
        "team": "Components of {}",
        "kind": "{}",
        "tier": "Tier {}",
        "tag": "Tagged {}",
        "environment": "In {}",
        "change_class": "Class {}",
    }
    return words[facet].format(named)


def _values(facet: str, values: list[str]) -> list[str]:
    match facet:
        case "component":
            return [value.rpartition("/")[2] for value in values]
        case "kind":
            return [f"{ComponentKind(value).label}s" for value in values]
    return values


def period_url(period: Period) -> str:
    """Return the address of a period's page."""
    return reverse("web:period", args=[period.ref])


def days_of(start: datetime, end: datetime, zone: tzinfo) -> tuple[date, date]:
    """Return the first and last day that [start, end) touches; an end at midnight does not touch its day."""
    return start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
