"""The first part of a briefing: what must be decided, and by when. One function for each state."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from apps.approvals.enums import BreakGlassEnd
from apps.changes.enums import ChangeState
from apps.insights.rules.endings import minutes_between
from apps.insights.rules.facts import Facts
from apps.insights.rules.grammar import (
    capital,
    count_in_words,
    long_day,
    long_end,
    long_moment,
    some_of,
)

NAMED = 2


@dataclass(frozen=True)
class DecisionPart:
    """The question, and what to know about it. ``by`` is set only when somebody must decide."""

    heading: str
    text: str
    needed: bool = False
    by: datetime | None = None
    by_text: str = ""


def decision_for(facts: Facts) -> DecisionPart:
    """Return what has to be decided about a change, in whichever state it is."""
    part = _BY_STATE[ChangeState(facts.state)](facts)
    went = _ahead(facts)
    if went and facts.ahead and not facts.ahead.end:
        part = replace(part, heading=_heading(facts))
    return replace(part, text=f"{went} {part.text}") if went else part


def _heading(facts: Facts) -> str:
    if facts.actual_start is None:
        return "It may go ahead before everyone has signed"
    return "It went ahead before everyone had signed"


def _ahead(facts: Facts) -> str:
    """Return that a change went ahead before everyone had signed, and how that stands; empty when it did not."""
    if facts.ahead is None or facts.state == ChangeState.IN_REVIEW:
        return ""
    if facts.ahead.end == BreakGlassEnd.SIGNED:
        let = "It went ahead first" if facts.actual_start else "It was let go ahead first"
        return f"{let}; everyone has signed since."
    if facts.ahead.end == BreakGlassEnd.REFUSED:
        if facts.actual_start is None:
            return "It was let go ahead, and was refused before it started."
        return "It went ahead first, and was refused afterwards."
    if facts.ahead.end == BreakGlassEnd.UNUSED:
        return ""
    missing = capital(count_in_words(facts.ahead.missing, "signature"))
    verb = "is" if facts.ahead.missing == 1 else "are"
    day = long_day(facts.ahead.due, facts.zone, facts.today)
    if facts.ahead.due <= facts.today:
        return f"{missing} {verb} overdue since {day}."
    return f"{missing} {verb} asked afterwards, by {day}."


def _no_decision(text: str) -> DecisionPart:
    return DecisionPart("No decision is needed", text)


def _draft(facts: Facts) -> DecisionPart:
    return DecisionPart("No decision is needed yet", f"{facts.requester} is still writing this change.")


def _in_review(facts: Facts) -> DecisionPart:
    waiting = _waiting(facts)
    blocked = (
        f"It clashes with {some_of(facts.blocked_by, NAMED)}. Settle that first." if facts.blocked_by else ""
    )
    when = f" on {long_day(facts.planned_start, facts.zone, facts.today)}" if facts.planned_start else ""
    return DecisionPart(
        heading=f"Do we go ahead{when}?",
        text=" ".join(part for part in (waiting, blocked) if part),
        needed=True,
        by=facts.decide_by,
        by_text=long_end(facts.decide_by, facts.zone, facts.today) if facts.decide_by else "",
    )


def _waiting(facts: Facts) -> str:
    if not facts.waiting_for:
        return "Everyone asked has signed."
    missing = len(facts.waiting_for)
    names = [f"the {name}" for name in facts.waiting_for]
    verb = "is" if missing == 1 else "are"
    return f"{capital(count_in_words(missing, 'signature'))} {verb} missing: {some_of(names, NAMED)}."


def _on_hold(_facts: Facts) -> DecisionPart:
    return DecisionPart("On hold: no decision is needed now", "The change manager decides when it goes on.")


def _approved(facts: Facts) -> DecisionPart:
    signed = "" if facts.ahead and not facts.ahead.end else "Everyone asked has signed."
    if facts.planned_start is None:
        return _no_decision(signed)
    start = long_moment(facts.planned_start, facts.zone, facts.today)
    if facts.blocked_by:
        return DecisionPart(
            "Approved, but it cannot start yet",
            f"{signed} It is planned for {start}, but it clashes with "
            f"{some_of(facts.blocked_by, NAMED)}. Settle that first.".strip(),
        )
    return _no_decision(f"{signed} It starts on {start}.".strip())


def _in_progress(facts: Facts) -> DecisionPart:
    if facts.actual_start is None:
        return _no_decision("It is under way.")
    return _no_decision(
        f"It has been under way since {long_moment(facts.actual_start, facts.zone, facts.today)}."
    )


def _ended(what: str) -> Callable[[Facts], DecisionPart]:
    def part(facts: Facts) -> DecisionPart:
        when = f" on {long_day(facts.actual_end, facts.zone, facts.today)}" if facts.actual_end else ""
        return _no_decision(f"It {what}{when}{_took(facts)}. {_review(facts)}".strip())

    return part


def _took(facts: Facts) -> str:
    if facts.actual_start is None or facts.actual_end is None:
        return ""
    return f" after {minutes_between(facts.actual_start, facts.actual_end)}"


def _review(facts: Facts) -> str:
    if facts.review_outcome:
        return f"The review says: {facts.review_outcome.lower()}."
    if facts.review_due:
        return f"The review is due by {long_day(facts.review_due, facts.zone, facts.today)}."
    return ""


def _closed(facts: Facts) -> DecisionPart:
    return _no_decision(f"This change is closed{_took(facts)}. {_review(facts)}".strip())


def _never_went(what: str) -> Callable[[Facts], DecisionPart]:
    def part(_facts: Facts) -> DecisionPart:
        return _no_decision(f"This change {what}. Nothing was changed.")

    return part


_BY_STATE: dict[ChangeState, Callable[[Facts], DecisionPart]] = {
    ChangeState.DRAFT: _draft,
    ChangeState.IN_REVIEW: _in_review,
    ChangeState.ON_HOLD: _on_hold,
    ChangeState.APPROVED: _approved,
    ChangeState.IN_PROGRESS: _in_progress,
    ChangeState.COMPLETED: _ended("was completed"),
    ChangeState.ROLLED_BACK: _ended("was rolled back"),
    ChangeState.FAILED: _ended("failed"),
    ChangeState.CLOSED: _closed,
    ChangeState.REJECTED: _never_went("was rejected"),
    ChangeState.WITHDRAWN: _never_went("was withdrawn"),
    ChangeState.EXPIRED: _never_went("was not approved in time"),
}
