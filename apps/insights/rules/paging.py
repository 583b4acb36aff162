"""The lists of records behind the numbers of a period, page by page: each number leads to all of its records. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.insights.rules.covering import Counts

ROWS = 20


@dataclass(frozen=True)
class Page:
    """A page of a list of ``total`` records, from 1."""

    number: int
    total: int

    @property
    def rows(self) -> slice:
        """Return which records it holds."""
        return slice((self.number - 1) * ROWS, self.number * ROWS)

    @property
    def said(self) -> str:
        """Return which records it holds, in words; empty where it holds all."""
        if self.total <= ROWS:
            return ""
        return f"{self.rows.start + 1:,} to {min(self.rows.stop, self.total):,} of {self.total:,}."

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.rows.stop < self.total else None


@dataclass(frozen=True)
class Pages:
    """Which page of each list is shown."""

    decisions: Page
    starting: Page
    ended: Page


def pages_of(counts: Counts, turned_to: Mapping[str, int]) -> Pages:
    """Return the pages that are asked for; one beyond the end is the last."""

    def page(name: str, total: int) -> Page:
        last = max(1, -(-total // ROWS))
        return Page(min(max(turned_to.get(name, 1), 1), last), total)

    return Pages(
        page("decisions", counts.decisions),
        page("starting", counts.starting),
        page("ended", counts.ended.total),
    )
