"""What a dashboard looks at: a period, and which changes of it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.insights.rules.measures import Span


@dataclass(frozen=True)
class Scope:
    """``start <= t < end``, midnights in ``zone``, by which months are told apart; and each filter that is set.

    ``team`` (its slug), ``kind`` and ``tier`` are of one component that the change moves: the same one for all three.
    """

    span: Span
    zone: ZoneInfo
    team: str = ""
    kind: str = ""
    tier: int = 0
    change_class: str = ""

    @property
    def narrow(self) -> bool:
        """Return whether it leaves any change of the period out."""
        return bool(self.team or self.kind or self.tier or self.change_class)

    def months(self) -> Iterator[str]:
        """Yield each month that the period touches, the first first: "2026-03"."""
        at, end = self.span.start.astimezone(self.zone), self.span.end.astimezone(self.zone)
        at = at.replace(day=1, hour=0, minute=0)
        while at < end:
            yield f"{at:%Y-%m}"
            at = at.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)

    def within(self, month: str) -> "Scope":
        """Return the part of it that lies in one of its months."""
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=self.zone)
        after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
        return replace(self, span=Span(max(self.span.start, first), min(self.span.end, after)))

    def is_partial(self, month: str, now: datetime) -> bool:
        """Return whether a month is not over, so that its numbers still move."""
        return month >= f"{now.astimezone(self.zone):%Y-%m}"


@dataclass(frozen=True)
class Bucket:
    """What was counted under one key: a month, a role, a class.

    ``counts`` are numbers by name. ``spread`` says how many took so many whole units of time, begun ones included.
    """

    counts: dict[str, int]
    spread: dict[int, int]


def added(buckets: Iterable[Bucket]) -> Bucket:
    """Return everything that was counted in several buckets, as one."""
    counts: dict[str, int] = {}
    spread: dict[int, int] = {}
    for bucket in buckets:
        for name, count in bucket.counts.items():
            counts[name] = counts.get(name, 0) + count
        for length, count in bucket.spread.items():
            spread[length] = spread.get(length, 0) + count
    return Bucket(counts, spread)


Counted = dict[str, Bucket]
"""Buckets by their key. A key under which nothing was counted is absent."""
EMPTY = Bucket({}, {})
