"""What the engine finds."""

from dataclasses import dataclass
from datetime import datetime

from apps.calendar.enums import ConflictKind

Identity = tuple[str, int, int | None, int | None, str]
"""What a conflict is, for good: (kind, booking, other booking, period, what)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A plan that meets another (``other``), a period, or neither, during [start, end).

    ``first`` is the lower id of two plans; the path of component keys runs from it unless ``forward`` is false.
    ``what`` names what they share that is no component: ``person:12``, ``pool:gpu-a``, a limit's name.
    """

    kind: ConflictKind
    first: int
    start: datetime
    end: datetime
    other: int | None = None
    period: int | None = None
    what: str = ""
    path: tuple[str, ...] = ()
    forward: bool = True

    @property
    def identity(self) -> Identity:
        """Return what it is, for good."""
        return str(self.kind), self.first, self.other, self.period, self.what
