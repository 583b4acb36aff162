"""The rows of the inbox, in words: what follows, who is waited on, and what is new."""

from dataclasses import dataclass

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.approvals.selectors import (
    SinceSeen,
    Tab,
    eligible_people,
    open_counts,
    open_questions,
    since_seen,
    snoozes_of,
)
from apps.web.consequences import decided_sentence, row_sentence, waiting_sentence
from apps.web.dates import when
from apps.web.discussion_page import waits_for
from apps.web.news import EVENTS, row_news
from apps.web.what_next import put_off


@dataclass(frozen=True)
class Row:
    """One row of the list: a requirement, what follows in one sentence, whose answer it waits for, who put it off.

    ``is_new`` is set when it needs a person who has never looked at it; ``news`` says what changed since they did.
    """

    requirement: Requirement
    sentence: str
    waits: str
    put_off: str
    selected: bool
    is_new: bool
    news: str


@dataclass(frozen=True)
class Seen:
    """What happened to the rows of a tab since a person last looked at each, by requirement."""

    since: dict[int, SinceSeen]
    tab: Tab

    def is_new(self, row: Requirement) -> bool:
        """Return whether it needs a person who has never looked."""
        return self.tab == "needs_me" and row.pk not in self.since

    def news(self, row: Requirement) -> str:
        """Return what changed since they looked, in words; empty when nothing did."""
        found = self.since.get(row.pk)
        return row_news(row.round, found) if found else ""


def seen_by(user: User, tab: Tab, rows: list[Requirement]) -> Seen:
    """Return what happened to these since a person last looked; one query, and none for what is decided."""
    return Seen({} if tab == "decided" else since_seen(user, rows, EVENTS), tab)


def rows_of(
    user: User, tab: Tab, shown: list[Requirement], chosen: Requirement | None, seen: Seen
) -> list[Row]:
    """Return the rows of a page of a tab, in a constant number of queries."""
    said, waits, later = _sentences(tab, shown), _waits(user, shown), _put_off(user, tab, shown)
    return [
        Row(
            requirement=row,
            sentence=said[row.pk],
            waits=waits.get(row.pk, ""),
            put_off=later.get(row.pk, ""),
            selected=chosen is not None and row.pk == chosen.pk,
            is_new=seen.is_new(row),
            news=seen.news(row),
        )
        for row in shown
    ]


def _sentences(tab: Tab, shown: list[Requirement]) -> dict[int, str]:
    """Return the sentence of each row: what follows, who is waited on, or what became of it."""
    if tab == "decided":
        return {row.pk: decided_sentence(row) for row in shown}
    if tab == "waiting":
        people = eligible_people(shown)
        return {row.pk: waiting_sentence(row, people[row.pk]) for row in shown}
    counts = open_counts(row.round_id for row in shown)
    return {row.pk: row_sentence(row, counts[row.round_id]) for row in shown}


def _waits(user: User, shown: list[Requirement]) -> dict[int, str]:
    """Return whose answer each paused row waits for; one query, none when no clock stands."""
    paused = [row for row in shown if row.paused_at is not None and row.state == RequirementState.OPEN]
    asked = open_questions(row.pk for row in paused) if paused else {}
    return {row.pk: waits_for(user, asked.get(row.pk, [])) for row in paused}


def _put_off(user: User, tab: Tab, shown: list[Requirement]) -> dict[int, str]:
    """Return who put each row off until when, on the tabs that show it; one query there."""
    if tab not in ("snoozed", "waiting"):
        return {}
    found = snoozes_of(row.pk for row in shown)
    if tab == "snoozed":
        found = {pk: [one for one in snoozes if one.user == user] for pk, snoozes in found.items()}
        return {pk: f"Back on {when(one.until)}" for pk, snoozes in found.items() for one in snoozes}
    return {pk: ". ".join(put_off(snoozes)) for pk, snoozes in found.items()}
