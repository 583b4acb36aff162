"""Where a change went beyond what was agreed for it. Pure: facts in, sentences out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.insights.rules.endings import minutes_between
from apps.insights.rules.grammar import count
from apps.reviews.models import RealisedMetric

When = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Breach:
    """What was not kept, as a sentence. ``part`` says where its records are: window, approvals or measures."""

    said: str
    part: str


def breaches_in(
    *, planned: When, actual: When, went_ahead: bool, signed_late: int, missed: Iterable[RealisedMetric]
) -> list[Breach]:
    """Return everything in which a change went beyond what was agreed, as far as its times and values are known."""
    (starts, ends), (began, ended) = planned, actual
    found = []
    if starts and began and began < starts:
        found.append(Breach(f"It started {minutes_between(began, starts)} before its window.", "window"))
    if ends and began and began >= ends:
        found.append(Breach("It started after its window.", "window"))
    elif ends and ended and ended > ends:
        found.append(Breach(f"It ended {minutes_between(ends, ended)} after its window.", "window"))
    if went_ahead:
        found.append(Breach("It went ahead before everyone had signed.", "approvals"))
    if signed_late:
        found.append(Breach(f"{count(signed_late, 'role')} decided after the time to decide.", "approvals"))
    found += [
        Breach(
            f"{one.name} {'broke its bound' if one.bound is not None else 'missed its target'}.", "measures"
        )
        for one in missed
    ]
    return found
