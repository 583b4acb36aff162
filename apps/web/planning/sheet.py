"""The calendar of four weeks as what a printed sheet says."""

from datetime import tzinfo
from typing import Any

from apps.core import clock
from apps.web import dates
from apps.web.planning.marks import Event
from apps.web.planning.shown import DAY, Days, Shown, counted
from apps.web.planning.stretches import Stretch

WEEKS = 4
MOST = 40
"""Changes of a day that are printed before it says how many more there are."""
MARKED = 100
"""Freezes and other marked times that are printed."""


def sheet_of(held: Shown, over: Days, *, filters: list[str]) -> dict[str, Any]:
    """Return what the document says of some weeks: texts alone, as its template lays them out."""
    marked = [_stretch(each, over.zone) for each in held.stretches[:MARKED]]
    left_out = len(held.stretches) - len(marked)
    if left_out:
        marked.append([f"And {counted(left_out, 'more')}", "", "", ""])
    return {
        "period": str(over),
        "printed": dates.when(clock.now(), over.zone),
        "said": held.said,
        "zone": dates.zone_name(over.start + (over.end - over.start) / 2, over.zone),
        "filters": ", ".join(filters) or "Nothing: all changes",
        "stretches": marked,
        "weeks": [_week(held, Days(over.first + DAY * 7 * week, 7, over.zone)) for week in range(WEEKS)],
    }


def _stretch(each: Stretch, zone: tzinfo) -> list[str]:
    return [each.name, each.kind, dates.window(each.start, each.end, zone), each.covers]


def _week(held: Shown, over: Days) -> dict[str, Any]:
    rows, more = [], []
    for day in over.days:
        events = held.at(day)
        rows += [_row(event, dates.day(day)) for event in events]
        hidden = held.more(day, len(events))
        if events and hidden > 0:
            more.append(f"{dates.day(day)} has {counted(hidden, 'change')} more. The portal lists them.")
    return {"name": str(over), "rows": rows, "more": more}


def _row(event: Event, day: str) -> dict[str, Any]:
    return {
        "day": day,
        "time": "\n".join(each for each in (event.hours, event.planned) if each),
        "ref": event.booking.ref,
        "title": event.booking.title,
        "state": event.word,
        "conflicts": [found.sentence for found in event.conflicts],
    }
