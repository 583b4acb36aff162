"""The times that a briefing covers: a week from Monday, or a quarter of the calendar. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from apps.insights.rules.grammar import span_of_days, span_of_months

_NAME = re.compile(r"(\d{4})-(?:W(\d{2})|Q([1-4]))", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class PeriodKind(StrEnum):
    """How long a period is."""

    WEEK = "week"
    QUARTER = "quarter"


@dataclass(frozen=True)
class Period:
    """The days from ``first`` up to and without ``end``."""

    kind: PeriodKind
    first: date

    @property
    def end(self) -> date:
        """Return the day after the last."""
        if self.kind == PeriodKind.WEEK:
            return self.first + timedelta(days=7)
        return _first_of(self.first.year, self.quarter + 1)

    @property
    def last(self) -> date:
        """Return the last day."""
        return self.end - timedelta(days=1)

    @property
    def quarter(self) -> int:
        """Return the quarter of the year that it begins in, from 1."""
        return (self.first.month + 2) // 3

    @property
    def name(self) -> str:
        """Return it as addresses and records name it: “2026-W46” (ISO 8601) or “2026-Q4”."""
        if self.kind == PeriodKind.WEEK:
            return f"{self.first:%G-W%V}"
        return f"{self.first.year}-Q{self.quarter}"

    @property
    def span(self) -> str:
        """Return its days in words: “9 to 15 November 2026”, “October to December 2026”."""
        if self.kind == PeriodKind.WEEK:
            return span_of_days(self.first, self.last)
        return span_of_months(self.first, self.last)

    @property
    def before(self) -> "Period":
        """Return the period before."""
        return period_of(self.kind, self.first - timedelta(days=1))

    @property
    def after(self) -> "Period":
        """Return the period after."""
        return period_of(self.kind, self.end)

    def holds(self, day: date) -> bool:
        """Return whether a day lies in it."""
        return self.first <= day < self.end


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the week or the quarter that holds a day."""
    if kind == PeriodKind.WEEK:
        return Period(kind, day - timedelta(days=day.weekday()))
    return Period(kind, _first_of(day.year, (day.month + 2) // 3))


def period_named(name: str) -> Period | None:
    """Return the period with a name such as “2026-W46” or “2026-Q4”, or None where there is none."""
    found = _NAME.fullmatch(name)
    if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return None
    year = int(found[1])
    if found[3]:
        return Period(PeriodKind.QUARTER, _first_of(year, int(found[3])))
    try:
        return Period(PeriodKind.WEEK, date.fromisocalendar(year, int(found[2]), 1))
    except ValueError:
        return None


def _first_of(year: int, quarter: int) -> date:
    return date(year + (quarter - 1) // 4, (quarter - 1) % 4 * 3 + 1, 1)
