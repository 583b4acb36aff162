"""The facts of a change one by one, in words: kept with a briefing, so that it can say later what has moved. Pure."""

from collections.abc import Iterable
from datetime import datetime

from apps.changes.enums import ChangeState, Harm, Likelihood
from apps.insights.rules.facts import Facts
from apps.insights.rules.grammar import duration, figure, join_and
from apps.insights.rules.paper import ToldFacts

NAMED = 12
"""Parts that a fact names before it says how many more there are: a change may reach thousands."""


def told_facts(facts: Facts) -> ToldFacts:
    """Return each fact that the change gives, with its label."""
    told = (
        ("State", str(ChangeState(facts.state).label)),
        ("Signatures missing", join_and(facts.waiting_for)),
        ("Decide by", _moment(facts, facts.decide_by)),
        ("Clashes with", join_and(facts.blocked_by)),
        ("Planned start", _moment(facts, facts.planned_start)),
        ("Planned end", _moment(facts, facts.planned_end)),
        ("Summary", facts.summary),
        ("What it is for", facts.outcome),
        (
            "What moves",
            _listed(f"{one.title} {one.from_version or 'new'} → {one.to_version}" for one in facts.moves),
        ),
        ("What it can reach", _listed(one.title for one in facts.reached)),
        ("Risks named", _listed(_risk(*each) for each in _risks(facts))),
        ("Numbers promised", _listed(f"{one.name} {figure(one.target, one.unit)}" for one in facts.promises)),
        ("The way back", facts.rollback_plan),
        ("Time to go back", duration(facts.rollback_minutes) if facts.rollback_minutes is not None else ""),
        ("Cost of waiting", facts.cost_of_waiting),
        ("Started", _moment(facts, facts.actual_start)),
        ("Ended", _moment(facts, facts.actual_end)),
        ("What the review says", facts.review_outcome),
    )
    return tuple((label, value.strip()) for label, value in told if value.strip())


def _risks(facts: Facts) -> list[tuple[str, str, str]]:
    return [(one.text, one.likelihood, one.harm) for one in facts.scenarios]


def _risk(text: str, likelihood: str, harm: str) -> str:
    return f"{text} ({Likelihood(likelihood).label.lower()}, {Harm(harm).label.lower()})"


def _listed(values: Iterable[str]) -> str:
    named = list(values)
    more = [f"{len(named) - NAMED} more"] if len(named) > NAMED else []
    return "; ".join([*named[:NAMED], *more])


def _moment(facts: Facts, moment: datetime | None) -> str:
    """Return a moment on the clock of the change, with its year, so that no new year moves it."""
    if moment is None:
        return ""
    local = moment.astimezone(facts.zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"
