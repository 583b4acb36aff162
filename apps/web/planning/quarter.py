"""A quarter as a table that is planned with: its weeks under each other, and how much each day and week holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo

from apps.web.planning.marks import Clashes
from apps.web.planning.month import Cell, Month, month_of, weeks_of
from apps.web.planning.shown import DAY, Days, Shown
from apps.web.planning.stretches import Stretch

MONTHS = 3
COUNTED = 1
"""Changes of a day that are fetched: the table counts them, and names none."""


@dataclass(frozen=True)
class Quarter:
    """Three calendar months, January, April, July or October first, with the whole weeks that they touch."""

    months: tuple[Month, ...]

    @property
    def first(self) -> date:
        """Return its first day."""
        return self.months[0].first

    @property
    def zone(self) -> tzinfo:
        """Return the zone whose days these are."""
        return self.months[0].zone

    @property
    def code(self) -> str:
        """Return its name in an address: that of its first month."""
        return self.months[0].code

    @property
    def days(self) -> list[date]:
        """Return the days of its weeks, from a Monday to a Sunday."""
        first, last = self.months[0].days[0], self.months[-1].days[-1]
        return [first + DAY * step for step in range((last - first).days + 1)]

    @property
    def before(self) -> "Quarter":
        """Return the quarter before."""
        return quarter_of(self.months[0].before)

    @property
    def after(self) -> "Quarter":
        """Return the quarter after."""
        return quarter_of(self.months[-1].after)

    def holds(self, day: date) -> bool:
        """Return whether a day is in one of its months."""
        return any(month.holds(day) for month in self.months)

    def __str__(self) -> str:
        return f"{self.first:%B} to {self.months[-1]}"


def quarter_of(month: Month) -> Quarter:
    """Return the quarter that holds a month."""
    first = month_of(date(month.year, month.number - (month.number - 1) % MONTHS, 1), month.zone)
    return Quarter((first, first.after, first.after.after))


@dataclass(frozen=True)
class Row:
    """A week of the table, with what must not change in it by name."""

    week: Days
    cells: list[Cell]
    frozen: list[Stretch]

    @property
    def planned(self) -> int:
        """Return how many changes begin in it."""
        return sum(cell.planned for cell in self.cells)

    @property
    def clashes(self) -> Clashes:
        """Return how many conflicts begin in it, without what they are about."""
        each = [cell.clashes for cell in self.cells]
        return Clashes((), sum(one.blocking for one in each), sum(one.others for one in each))


@dataclass(frozen=True)
class Total:
    """A month of the quarter with how many changes and conflicts begin in it."""

    month: Month
    planned: int
    conflicts: int


def rows_of(quarter: Quarter, held: Shown, today: date) -> list[Row]:
    """Return the weeks of a quarter. Only what must not change is drawn: a quarter of rotas would hide it."""
    over = Days(quarter.days[0], len(quarter.days), quarter.zone)
    frozen = [each for each in held.stretches if each.frozen]
    return [
        _row(Days(cells[0].day, len(cells), quarter.zone), cells, frozen)
        for cells in weeks_of(over, held, frozen, today, quarter.holds)
    ]


def totals_of(quarter: Quarter, rows: Iterable[Row]) -> list[Total]:
    """Return what each month of a quarter holds, counted from its rows."""
    cells = [cell for row in rows for cell in row.cells]
    totals = []
    for month in quarter.months:
        here = [cell for cell in cells if month.holds(cell.day)]
        planned, conflicts = sum(cell.planned for cell in here), sum(cell.clashes.blocking for cell in here)
        totals.append(Total(month, planned, conflicts))
    return totals


def _row(week: Days, cells: list[Cell], frozen: Iterable[Stretch]) -> Row:
    meeting = [each for each in frozen if each.start < week.end and week.start < each.end]
    return Row(week, cells, list({each.url: each for each in meeting}.values()))
