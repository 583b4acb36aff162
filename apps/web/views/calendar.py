"""The calendar as a quarter, as a month, as a week, as a timeline and as an agenda."""

import calendar
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.calendar.selectors import Narrowed, last_checked
from apps.core import clock
from apps.web import narrowed
from apps.web.dates import zone_name
from apps.web.forms.calendar import CalendarFilter
from apps.web.planning import agenda as lists
from apps.web.planning import timeline as tracks
from apps.web.planning.due import due_in
from apps.web.planning.month import SHOWN, Month, month_named, month_of, weeks_of
from apps.web.planning.quarter import COUNTED, Quarter, quarter_of, rows_of, totals_of
from apps.web.planning.shown import Days, Shown, day_named, shown_by_day, week_named
from apps.web.planning.stretches import series_of
from apps.web.planning.toolbar import (
    AGENDA,
    MONTH,
    QUARTER,
    TIMELINE,
    WEEK,
    Toolbar,
    address,
    days_bar,
    month_bar,
    named_view,
    saved_views,
)
from apps.web.planning.week import DRAWN, WIDER, columns_of
from apps.web.reader import reader

Context = dict[str, object]
LISTED = 10
"""Conflicts and freezes below the calendar before it says how many more there are."""
WORDS = {
    "team": "Team",
    "kind": "Kind",
    "tier": "Tier",
    "state": "State",
    "tag": "Tag",
    "component": "Component",
    "conflicts": "Changes",
}


@dataclass
class Asked:
    """What the address of a calendar page asks for."""

    request: HttpRequest

    @cached_property
    def user(self) -> User:
        return reader(self.request)

    @cached_property
    def zone(self) -> tzinfo:
        return timezone.get_current_timezone()

    @cached_property
    def today(self) -> date:
        return clock.now().astimezone(self.zone).date()

    @cached_property
    def form(self) -> CalendarFilter:
        return CalendarFilter(self.request.GET)

    @cached_property
    def chosen(self) -> dict[str, str]:
        return self.form.chosen

    @cached_property
    def by(self) -> Narrowed:
        return self.form.narrowed

    @property
    def kept(self) -> dict[str, str]:
        """Return what stays in the address from view to view."""
        lanes = self.of("lanes")
        return self.chosen | ({"lanes": lanes} if lanes in tracks.LANES else {})

    def of(self, name: str) -> str:
        """Return a part of the address, or nothing."""
        return str(self.request.GET.get(name, ""))


@login_required
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """Show a month as a table; on a phone, as a list of its days."""
    asked = Asked(request)
    other = named_view(asked.of("view"))
    if other != MONTH:
        place = {name: asked.of(name) for name in ("month", "from") if asked.of(name)}
        return redirect(address(other, place, asked.kept))
    shown = month_named(asked.of("month"), asked.today, asked.zone)
    over = Days(shown.days[0], len(shown.days), asked.zone)
    held = shown_by_day(
        asked.user, over, asked.by, most=range(SHOWN), clashes_first=True, chosen=asked.chosen
    )
    listed = _from_today(asked, shown, over)
    weeks = weeks_of(over, held, held.stretches, asked.today, shown.holds, since=listed.first)
    context: Context = {
        "month": shown,
        "weekdays": list(calendar.day_name),
        "weeks": [(cells, all(cell.unlisted for cell in cells)) for cells in weeks],
        "empty": all(cell.unlisted for cells in weeks for cell in cells),
    }
    bar = month_bar(MONTH, shown, asked.today, asked.kept)
    return _page(asked, "month", bar, held, listed, context)


@login_required
@require_safe
def quarter(request: HttpRequest) -> HttpResponse:
    """Show a quarter by its weeks: what is frozen, and how many changes and conflicts each day holds."""
    asked = Asked(request)
    shown = quarter_of(month_named(asked.of("month"), asked.today, asked.zone))
    over = Days(shown.days[0], len(shown.days), asked.zone)
    held = shown_by_day(
        asked.user, over, asked.by, most=range(COUNTED), clashes_first=True, chosen=asked.chosen
    )
    rows = rows_of(shown, held, asked.today)
    context: Context = {
        "quarter": shown,
        "weekdays": list(calendar.day_name),
        "rows": rows,
        "totals": totals_of(shown, rows),
        "months": address(MONTH, asked.kept | {"month": ""}),
        "weeks": address(WEEK, asked.kept | {"from": ""}),
        "undrawn": held.marked - len(held.stretches),
    }
    bar = month_bar(QUARTER, shown, asked.today, asked.kept)
    return _page(asked, "quarter", bar, held, _from_today(asked, shown, over), context)


@login_required
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """Show a week by the hour; on a phone, as an agenda."""
    asked = Asked(request)
    over = week_named(asked.of("from"), asked.today, asked.zone)
    held = shown_by_day(
        asked.user, over, asked.by, most=range(DRAWN), clashes_first=True, chosen=asked.chosen
    )
    columns = columns_of(over, held, asked.today)
    context: Context = {
        "columns": columns,
        "wider": sum(column.busy for column in columns) <= WIDER,
        "hours": [f"{hour:02}:00" for hour in range(24)],
        "short_zone": over.start.tzname(),
    }
    context |= _agenda(asked, held, over)
    return _page(asked, "week", days_bar(WEEK, over, asked.today, asked.kept), held, over, context)


@login_required
@require_safe
def timeline(request: HttpRequest) -> HttpResponse:
    """Show a fortnight in lanes, 25 a page; on a phone, as an agenda."""
    asked = Asked(request)
    over = week_named(asked.of("from"), asked.today, asked.zone, weeks=tracks.WEEKS)
    lanes, page = tracks.lanes_named(asked.of("lanes")), tracks.page_named(asked.of("page"))
    drawn, held = tracks.timeline_of(
        asked.user, over, asked.by, lanes=lanes, page=page, now=clock.now(), chosen=asked.chosen
    )
    bar = days_bar(TIMELINE, over, asked.today, asked.kept)
    others = {name: value for name, value in bar.kept.items() if name != "lanes"}
    context: Context = {
        "timeline": drawn,
        "lanes": [
            (label, address(TIMELINE, bar.place, others, {"lanes": name}), name == lanes)
            for name, label in tracks.LANES.items()
        ],
        "lane_word": tracks.LANES[lanes],
        "days": over.days,
        "said_lanes": drawn.said,
        "previous": _turned(bar, page - 1) if page > 1 else "",
        "next": _turned(bar, page + 1) if page < drawn.pages else "",
    }
    held = held.by_day(over)
    return _page(asked, "timeline", bar, held, over, context | _agenda(asked, held, over))


def _turned(bar: Toolbar, page: int) -> str:
    return address(TIMELINE, bar.place, bar.kept, {"page": str(page)})


@login_required
@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """Show a month, or one day of it, as a list."""
    asked = Asked(request)
    day, since = day_named(asked.of("day")), day_named(asked.of("from"))
    code = "" if asked.of("month") else (day or since or asked.today).isoformat()[:7]
    shown = month_named(asked.of("month") or code, asked.today, asked.zone)
    over = _from_today(asked, shown, Days(shown.days[0], len(shown.days), asked.zone))
    if day:
        over = Days(day, 1, asked.zone)
    elif since and since in shown.days:
        over = Days(since, (shown.days[-1] - since).days + 1, asked.zone)
    most = lists.PAGE if day else lists.MOST
    page = tracks.page_named(asked.of("page")) if day else 1
    places = range((page - 1) * most, page * most)
    held = shown_by_day(asked.user, over, asked.by, most=places, clashes_first=False, chosen=asked.chosen)
    context: Context = {"day": day, "month": shown, "page": page}
    context |= _agenda(asked, held, over, before=places.start, most=lists.PAGE, longest=lists.LONGEST)
    bar = month_bar(AGENDA, month_of(day, asked.zone) if day else shown, asked.today, asked.kept)
    return _page(asked, "agenda", bar, held, over, context)


def _from_today(asked: Asked, shown: Month | Quarter, whole: Days) -> Days:
    """Return the days that a list of a range starts with: from today, unless the address names a month."""
    if asked.today not in shown.days or asked.of("month"):
        return whole
    return Days(asked.today, (shown.days[-1] - asked.today).days + 1, asked.zone)


def _agenda(
    asked: Asked,
    held: Shown,
    over: Days,
    *,
    before: int = 0,
    most: int = lists.BESIDE,
    longest: int = lists.BRIEF,
) -> Context:
    """Return the list of some days: short unless asked, where it stands in for a table on a phone."""
    days, goes_on = lists.agenda_of(
        held, over=over, today=asked.today, before=before, most=most, longest=longest
    )
    return {"agenda": days, "goes_on": goes_on}


def _page(asked: Asked, name: str, bar: Toolbar, held: Shown, listed: Days, more: Context) -> HttpResponse:
    series = series_of(held.stretches)
    due = due_in(asked.user, listed, asked.today, asked.chosen)
    context: Context = {
        "form": asked.form,
        "bar": bar,
        "view": name,
        "today": asked.today,
        "said": held.said,
        "zone_said": zone_name(listed.start + (listed.end - listed.start) / 2, asked.zone),
        "saved": saved_views(asked.user, bar),
        "applied": narrowed.applied(asked.form, bar.place | bar.kept, WORDS, address(bar.here)),
        "clashes": held.clashes[:LISTED],
        "more_clashes": max(sum(held.of_conflicts) - len(held.clashes[:LISTED]), 0),
        "series": series[:LISTED],
        "more_series": max(len(series) - LISTED, 0),
        "due": due[:LISTED],
        "more_due": max(len(due) - LISTED, 0),
        "checked_at": last_checked(),
        "may_move": any(event.movable for event in held.events.values()),
        "printed": urlencode(asked.chosen | {"from": listed.first.isoformat()}),
        "subscribe": urlencode(asked.chosen),
    }
    return render(asked.request, f"calendar/{name}.html", context | more)
