"""What a plan meets: one block for each other change or freeze, with all that is between the two."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.calendar.enums import ConflictSeverity
from apps.calendar.selectors import Found
from apps.catalog.selectors import graph
from apps.web.planning.marks import Stop, stops_of


@dataclass(frozen=True)
class Point:
    """One thing between the two, with its path as people read it."""

    found: Found
    stops: tuple[Stop, ...]


@dataclass(frozen=True)
class Meeting:
    """All that a plan has against one other side, the gravest first. There may be no other side (too many at once)."""

    points: tuple[Point, ...]

    @property
    def first(self) -> Found:
        """Return the gravest."""
        return self.points[0].found

    @property
    def title(self) -> str:
        """Return the other side as people call it, or what it is where there is none."""
        if not self.first.ref:
            return self.first.kind.label
        return self.first.title if self.first.of_period else f"{self.first.ref}: {self.first.title}"

    @property
    def blocking(self) -> bool:
        """Return whether anything of it keeps a change from going out."""
        return any(point.found.blocking for point in self.points)

    @property
    def weight(self) -> ConflictSeverity:
        """Return how much the gravest that is not settled weighs, or the gravest where all is."""
        return next((one.found for one in self.points if not one.found.settled), self.first).severity


def meetings_of(ref: str, conflicts: Iterable[Found]) -> list[Meeting]:
    """Return what the plan called ``ref`` meets, the gravest first. ``conflicts`` come in that order.

    One query, none without any.
    """
    met: dict[tuple[str, str], list[Found]] = {}
    for found in conflicts:
        met.setdefault((found.ref, "" if found.ref else f"{found.kind} {found.what}"), []).append(found)
    if not met:
        return []
    known = graph()
    return [
        Meeting(tuple(Point(found, stops_of(ref, found, known)) for found in every)) for every in met.values()
    ]
