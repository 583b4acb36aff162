"""The toolbar of the calendar: one for all its views, with their addresses."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from apps.accounts.models import SavedView, User
from apps.accounts.selectors import views_for
from apps.web.planning.month import Month, month_of
from apps.web.planning.quarter import Quarter
from apps.web.planning.shown import DAY, Days

QUARTER, MONTH, WEEK, TIMELINE, AGENDA = (
    "web:calendar-quarter",
    "web:calendar",
    "web:calendar-week",
    "web:calendar-timeline",
    "web:calendar-agenda",
)
VIEWS = {QUARTER: "Quarter", MONTH: "Month", WEEK: "Week", TIMELINE: "Timeline", AGENDA: "Agenda"}
BY_MONTH = (QUARTER, MONTH, AGENDA)


@dataclass(frozen=True)
class Step:
    """A way to an earlier or a later range."""

    title: str
    url: str


@dataclass(frozen=True)
class Saved:
    """A saved view of the calendar: a person's own, or one that a team of theirs shares."""

    name: str
    url: str
    edit: str
    by: str
    here: bool


@dataclass(frozen=True)
class Toolbar:
    """Where each control of the bar leads. ``place`` names the range in the address; ``kept`` are the filters."""

    here: str
    title: str
    zone: str
    place: dict[str, str]
    kept: dict[str, str]
    before: Step
    after: Step
    views: list[tuple[str, str, bool]]
    around_today: bool

    @property
    def today(self) -> str:
        """Return the address of this view around today."""
        return address(self.here, self.kept)

    @property
    def clear(self) -> str:
        """Return the address of the same range without filters."""
        return address(self.here, self.place)

    @cached_property
    def lists(self) -> str:
        """Return the address of the agenda with these filters, up to what it is to list."""
        asked = urlencode(self.kept)
        return f"{reverse(AGENDA)}?{asked}{'&' if asked else ''}"

    @cached_property
    def agenda(self) -> str:
        """Return the address of the agenda of a day, up to the day."""
        return f"{self.lists}day="

    @property
    def conflicts_of(self) -> str:
        """Return the address of the agenda with what is in conflict alone, up to what it is to list."""
        return f"{self.lists}conflicts=1&"

    @cached_property
    def day_conflicts(self) -> str:
        """Return the address of the conflicts of a day, up to the day."""
        return f"{self.conflicts_of}day="

    @property
    def listed(self) -> str:
        """Return the address of the agenda of this range."""
        return address(AGENDA, self.place, self.kept)

    @property
    def in_conflict(self) -> str:
        """Return the address of the agenda of this range with what is in conflict alone."""
        return address(AGENDA, self.place, self.kept | {"conflicts": "1"})

    @property
    def query(self) -> str:
        """Return what a saved view keeps: the view, the filters, and the range, but for the one around today.

        That one is the one that a person opens again tomorrow, to see what is around tomorrow.
        """
        place = {} if self.around_today else self.place
        return urlencode(self.kept | {"view": VIEWS[self.here].lower()} | place)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Return what a form of filters keeps of the address."""
        return [*self.place.items(), *((name, value) for name, value in self.kept.items() if name == "lanes")]


def address(name: str, *queries: dict[str, str]) -> str:
    """Return the address of a view with what its queries hold."""
    asked = urlencode({key: value for query in queries for key, value in query.items()})
    return f"{reverse(name)}?{asked}" if asked else reverse(name)


def month_bar(here: str, month: Month | Quarter, today: date, kept: dict[str, str]) -> Toolbar:
    """Return the bar of a view of a month or a quarter."""
    now = month.holds(today)
    day = today if now else month.first
    steps = [
        Step(str(each), address(here, {"month": each.code}, kept)) for each in (month.before, month.after)
    ]
    zone = month.zone
    views = _views(here, month_of(day, zone), day, kept)
    return Toolbar(here, str(month), str(zone), {"month": month.code}, kept, steps[0], steps[1], views, now)


def days_bar(here: str, days: Days, today: date, kept: dict[str, str]) -> Toolbar:
    """Return the bar of a view of some weeks."""
    steps = [
        Step(str(each), address(here, {"from": each.first.isoformat()}, kept))
        for each in (days.before, days.after)
    ]
    now = days.first <= today <= days.last
    shown = today if now else days.first
    views = _views(here, month_of(days.first + DAY * 3, days.zone), shown, kept)
    place = {"from": days.first.isoformat()}
    return Toolbar(here, str(days), str(days.zone), place, kept, steps[0], steps[1], views, now)


def saved_views(user: User, bar: Toolbar) -> list[Saved]:
    """Return the views of the calendar that a person sees, with their addresses. One query."""
    return [
        Saved(
            view.name,
            f"{reverse(MONTH)}?{view.query}",
            reverse("web:view-edit", args=[view.pk]) if view.user_id == user.pk else "",
            _shared(view, user),
            view.query == bar.query,
        )
        for view in views_for(user, "calendar")
    ]


def _shared(view: SavedView, user: User) -> str:
    if view.user_id != user.pk:
        return f"from {view.user}"
    return f"shared with {view.shared_with}" if view.shared_with else ""


def named_view(text: str) -> str:
    """Return the address name of the view that a saved view is of, or the month."""
    return next((name for name, label in VIEWS.items() if label.lower() == text), MONTH)


def _views(here: str, month: Month, day: date, kept: dict[str, str]) -> list[tuple[str, str, bool]]:
    def place(name: str) -> dict[str, str]:
        return {"month": month.code} if name in BY_MONTH else {"from": day.isoformat()}

    return [(label, address(name, place(name), kept), name == here) for name, label in VIEWS.items()]
