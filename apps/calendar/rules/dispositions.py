"""What may be decided about a conflict."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from apps.calendar.enums import ConflictKind, ConflictSeverity
from apps.core.decisions import ALLOWED, Decision, denied

LONGEST_WAIVER = timedelta(days=90)
REASON_LIMIT = 2_000
OF_PERIOD = (ConflictKind.FREEZE, ConflictKind.OUTSIDE)
"""The conflicts of one plan with a period that keeps it back: each has a named outcome."""

_WEIGHT = (ConflictSeverity.NOTICE, ConflictSeverity.WARNING, ConflictSeverity.BLOCKING)


def outgrown(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether a conflict is graver now than when it was decided about.

    It weighs more, the two meet for longer, or they meet over other components: then others answer for it.
    """
    heavier = _WEIGHT.index(now["severity"]) > _WEIGHT.index(then["severity"])
    return heavier or _length(now) > _length(then) or _ends(now) != _ends(then)


def _length(judged: Mapping[str, Any]) -> timedelta:
    return datetime.fromisoformat(judged["end"]) - datetime.fromisoformat(judged["start"])


def _ends(judged: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what each side moves, the first side's first."""
    path = judged["path"]
    ends = (path[0], path[-1]) if path else ()
    return ends if judged["forward"] else ends[::-1]


def until_decision(until: datetime, now: datetime) -> Decision:
    """Return whether a waiver may last until then: it must end, and not too far ahead."""
    if until <= now:
        return denied("This time has passed. A waiver ends in the future.")
    if until > now + LONGEST_WAIVER:
        return denied(f"A waiver lasts at most {LONGEST_WAIVER.days} days. Choose an earlier end.")
    return ALLOWED


def text_problem(text: str, missing: str, *, needed: bool = True) -> str:
    """Return what is wrong with a text that people give, or nothing."""
    if needed and not text.strip():
        return missing
    if "\x00" in text:
        return "Take out the null character: it cannot be stored."
    if len(text) > REASON_LIMIT:
        return f"Shorten this to {REASON_LIMIT:,} characters. It has {len(text):,}."
    return ""


def closes_circle(first: int, second: int, waits_for: dict[int, set[int]]) -> bool:
    """Return whether ``first`` already waits, over any number of links, for ``second`` (ids of bookings)."""
    seen, ahead = {first}, [first]
    while ahead:
        here = ahead.pop()
        if here == second:
            return True
        fresh = waits_for.get(here, set()) - seen
        seen |= fresh
        ahead += fresh
    return False
