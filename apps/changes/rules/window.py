"""The window of a change against the clock. Intervals are half-open: [start, end)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.changes.models import Change
from apps.core.clock import day_that_ends
from apps.core.decisions import ALLOWED, Decision, denied


def said(moment: datetime, time_zone: str) -> str:
    """Return an instant as people write it, in a zone: "Thu 19 Nov, 06:00"."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def said_end(moment: datetime, time_zone: str) -> str:
    """Return when a time is over: "the end of Wed 25 Nov" at midnight, else as ``said`` writes it."""
    last = day_that_ends(moment, ZoneInfo(time_zone))
    return f"the end of {last:%a} {last.day} {last:%b}" if last else said(moment, time_zone)


def is_open(change: Change, now: datetime) -> Decision:
    """Say whether the window of a change is open now."""
    if change.planned_start is None or change.planned_end is None:
        return denied("The change has no window.", "Revise the change and choose one.")
    if now < change.planned_start:
        return denied(f"The window opens {said(change.planned_start, change.time_zone)}.", "Wait until then.")
    if now >= change.planned_end:
        return denied(
            f"The window ended {said(change.planned_end, change.time_zone)}.",
            "Revise the change and choose a new one.",
        )
    return ALLOWED
