"""How a change ended, as one clause: “was rolled back on Thursday 5 November after 54 minutes”. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from apps.insights.rules.grammar import duration, long_day
from apps.reviews.enums import Outcome

_VERBS = {Outcome.ROLLED_BACK: "was rolled back", Outcome.FAILED: "failed"}


def how_it_ended(
    outcome: str, start: datetime | None, end: datetime | None, *, zone: ZoneInfo, today: datetime
) -> str:
    """Return what happened, on which day and after how long, as far as it is known."""
    verb = _VERBS.get(Outcome(outcome), "was completed") if outcome else "ended"
    if end is None:
        return verb
    said = f"{verb} on {long_day(end, zone, today)}"
    return f"{said} after {minutes_between(start, end)}" if start else said


def minutes_between(start: datetime, end: datetime) -> str:
    """Return the time between two instants in words."""
    return duration(int((end - start).total_seconds() // 60))
