"""How long people get to sign, by class, as a version of the approval policy says it."""

from typing import Any

from apps.approvals.enums import SubjectClass, TimeUnit
from apps.approvals.rules.first_policy import FIRST_POLICY
from apps.approvals.rules.timetable import Allowance

LONGEST = {TimeUnit.HOURS.value: 240, TimeUnit.WORKING_DAYS.value: 30}
Problems = dict[str, list[str]]


def times_of(document: Any) -> dict[str, Allowance]:
    """Return the time that each class gets; one that a checked document leaves out gets that of version 1."""
    said = FIRST_POLICY["times"] | document.get("times", {})
    return {name: _allowance(said[name]) for name in SubjectClass.values}


def check_times(times: Any, problems: Problems) -> None:
    """Add a problem for all that is wrong with the times of a document, named by its place: ``times.urgent``."""
    if not isinstance(times, dict) or not times:
        problems["times"] = ["Write an object with a time for some of the classes, or leave it out."]
        return
    for name, given in times.items():
        if name not in SubjectClass.values:
            problems["times"] = [f"A time is for one of {', '.join(SubjectClass.values)}."]
        elif not _is_time(given):
            problems[f"times.{name}"] = [
                f'Say how long people get: {{"working_days": 3}} (up to {LONGEST[TimeUnit.WORKING_DAYS]}) or '
                f'{{"hours": 4}} (up to {LONGEST[TimeUnit.HOURS]}).'
            ]


def _is_time(given: Any) -> bool:
    if not isinstance(given, dict) or len(given) != 1:
        return False
    unit, amount = next(iter(given.items()))
    return unit in LONGEST and type(amount) is int and 1 <= amount <= LONGEST[unit]


def _allowance(given: dict[str, int]) -> Allowance:
    unit, amount = next(iter(given.items()))
    return Allowance(amount, unit)
