"""What the page of a period says of its times: the next ones, how many, what was left out and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max

from apps.audit.selectors import entries_for
from apps.calendar.models import Occurrence, Period
from apps.calendar.rules import Scope
from apps.calendar.rules.horizon import AHEAD
from apps.changes.selectors import exception_roles
from apps.web import dates
from apps.web.entries import rows

LISTED = 6
OFFERED = 26
"""So many coming times can be left out on the page: half a year of weeks."""


@dataclass(frozen=True)
class Times:
    """The times of a period that are not over, the next ones first. ``count`` is None when they have no end."""

    coming: Sequence[Occurrence]
    count: int | None
    running: bool

    @property
    def over(self) -> bool:
        """Return whether none is left."""
        return not self.coming

    @property
    def listed(self) -> Sequence[Occurrence]:
        """Return those that are shown."""
        return self.coming[:LISTED]

    @property
    def rest(self) -> int:
        """Return how many are not shown."""
        return max((self.count or 0) - LISTED, 0)


def times_of(period: Period, now: datetime) -> Times:
    """Return its times that are not over; two queries."""
    ahead = period.occurrences.filter(end__gt=now)
    coming, known = (
        list(ahead.order_by("start")[:OFFERED]),
        ahead.aggregate(count=Count("pk"), last=Max("start")),
    )
    # What still comes at the end of what is worked out has no end that could be counted to.
    endless = bool(period.rrule and coming and known["last"] > now + AHEAD - timedelta(days=366))
    return Times(coming, None if endless else known["count"], bool(coming and coming[0].start <= now))


@dataclass(frozen=True)
class Skip:
    """A time that was taken out of a series: its day, why, and by whom."""

    day: str
    why: str
    who: str


def skips_of(period: Period) -> list[Skip]:
    """Return what was taken out of a series one by one and is still out, as the ledger has it; three queries."""
    found = [each for each in entries_for(*period.ledger_ref()) if each.event.event.endswith(".skipped")]
    return [
        Skip(
            dates.day(date.fromisoformat(row.entry.data["skipped"][:10])),
            " ".join(row.quotes) or "The reason was erased.",
            row.who.name,
        )
        for row in rows(found)
        if row.entry.data["skipped"] in period.exdates
    ]


def who_may_end(scope: Scope) -> str:
    """Return who may change or end a period of this scope, in words."""
    if scope.named("component") or scope.named("team"):
        return "A Change Manager, or a Service Owner who answers for all that it names."
    return "A Change Manager over everything."


def who_signs_exceptions() -> str:
    """Return who signs an exception to a period that keeps changes back, in words."""
    owner, above = (role.label for role in exception_roles())
    return (
        f"Exceptions are signed by the {owner} of each component that it holds back and by a {above}; for a "
        f"maintenance window, by the {owner} alone."
    )
