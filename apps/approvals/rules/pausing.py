"""The clock of a requirement, and the questions that make it stand. Pure: no database, no clock of its own."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apps.approvals.rules.timetable import Pace
from apps.core.decisions import ALLOWED, Decision, denied

MOST_PAUSED = timedelta(days=3)
"""So long a clock may stand in all: an answer that never comes must not put off a decision for ever."""
LONGEST = 4000
"""Characters of a question, and of an answer."""


@dataclass(frozen=True)
class Clock:
    """When a requirement is due, since when its clock stands (None: it runs), and how long it stood before."""

    due_at: datetime
    paused_at: datetime | None = None
    paused_for: timedelta = timedelta(0)
    pace: Pace = Pace()

    @property
    def runs_again_at(self) -> datetime | None:
        """Return when it runs again though nobody has answered; None while it runs."""
        return None if self.paused_at is None else self.paused_at + MOST_PAUSED - self.paused_for

    def paused(self, now: datetime) -> "Clock":
        """Return it standing from now. One that stands, or has stood long enough, stays as it is."""
        if self.paused_at is not None or self.paused_for >= MOST_PAUSED:
            return self
        return replace(self, paused_at=now)

    def resumed(self, now: datetime) -> "Clock":
        """Return it running from now, due later by as long as it stood, so that what was left is left.

        In working days a weekend in which it stood is no time lost. One that runs stays as it is.
        """
        if self.paused_at is None:
            return self
        stood = min(max(now - self.paused_at, timedelta(0)), MOST_PAUSED - self.paused_for)
        lost = self.pace.between(self.paused_at, self.paused_at + stood)
        return Clock(
            due_at=self.pace.after(self.due_at, lost), paused_for=self.paused_for + stood, pace=self.pace
        )


def may_answer(*, asked: bool, opened_round: bool, is_open: bool) -> Decision:
    """Return whether a person may answer a question: whoever is asked, or whoever asked for the signatures."""
    if not is_open:
        return denied("This question is closed.", "Open the page again to see what came of it.")
    if not (asked or opened_round):
        return denied("This question is for someone else.", "Write a comment if you know the answer.")
    return ALLOWED


def may_take_back(*, own: bool, is_open: bool) -> Decision:
    """Return whether a person may take a question back: whoever asked it, while it is open."""
    if not own:
        return denied("Only the person who asked can take a question back.")
    if not is_open:
        return denied("This question is closed.", "Open the page again to see what came of it.")
    return ALLOWED


def text_problem(text: str, empty: str) -> str:
    """Return why a question or an answer cannot be taken as it is, or nothing; ``empty`` when it is blank."""
    if not text:
        return empty
    return f"Shorten this to {LONGEST:,} characters. It has {len(text):,}." if len(text) > LONGEST else ""
