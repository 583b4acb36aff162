"""How far ahead recurring times are worked out, so that a check is one range query."""

from datetime import datetime, timedelta

from apps.calendar.rules.plans import Instants
from apps.calendar.rules.recurrence import Recurrence, instances
from apps.calendar.rules.spans import Span, span_from_local

PLANNED_YEARS = 5
PLANNED_AHEAD = timedelta(days=365 * PLANNED_YEARS)
"""How far ahead a window may end: recurring periods are worked out further than that, so none is missed."""

KEPT = timedelta(days=366)
"""How far back instances of a recurring period are kept for the calendar to show."""

AHEAD = PLANNED_AHEAD + timedelta(days=366)
"""How far ahead they are worked out: a year further than any window, so that a job which stood still misses none."""

AT_A_TIME = timedelta(days=3 * 366)


def not_plannable(span: Span, now: datetime) -> dict[str, list[str]]:
    """Return why nobody can plan this window now, by field: it has begun, or it ends too far ahead."""
    wrong = {}
    if span.start <= now:
        wrong["local_start"] = ["This time has passed. Choose a later one."]
    if span.end > now + PLANNED_AHEAD:
        wrong["local_end"] = [f"Plan at most {PLANNED_YEARS} years ahead."]
    return wrong


def worked_out(recurrence: Recurrence, now: datetime) -> list[Instants]:
    """Return the instances [start, end) of a time as they are kept: the one there is, or those from KEPT to AHEAD."""
    if not recurrence.rrule and not recurrence.rdates:
        span = span_from_local(recurrence.local_start, recurrence.local_end, recurrence.time_zone)
        return [(span.start, span.end)]
    found: set[Instants] = set()
    begin = now - KEPT
    while begin < now + AHEAD:
        found |= {(one.start, one.end) for one in instances(recurrence, begin, begin + AT_A_TIME)}
        begin += AT_A_TIME
    return sorted(found)
