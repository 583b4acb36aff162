"""The briefing of a change: plain language, in the fixed order, at most 200 words and three numbers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from apps.insights.rules.decision import DecisionPart, decision_for
from apps.insights.rules.facts import Facts
from apps.insights.rules.glossary import in_plain_words, measure_in_plain_words
from apps.insights.rules.grammar import (
    count,
    count_in_words,
    duration,
    figure,
    fit,
    join_and,
    sentences,
    short_duration,
    some_of,
    words_in,
)
from apps.insights.rules.paper import DECISION_WORDS, Briefing, Figure, Part
from apps.insights.rules.told import told_facts
from apps.insights.rules.wrong import KINDS, scenario_told, weight_of

# Words for each part.
_WORDS = {"changes": 45, "affects": 30, "wrong": 45, "undo": 25, "waiting": 20}

SCENARIOS_TOLD = 2
PRODUCTS_NAMED = 3
MOVES_NAMED = 3


def build_briefing(facts: Facts) -> Briefing:
    """Return the briefing of a change. What the change does not say is named as missing, never left out."""
    names = _names(facts)
    parts = {
        "changes": _changes(facts),
        "affects": _affects(facts),
        "wrong": _wrong(facts),
        "undo": _undo(facts),
        "waiting": _waiting(facts),
    }
    return Briefing(
        ref=facts.ref,
        title=facts.title,
        state=facts.state,
        decision=_short(decision_for(facts)),
        parts=tuple(Part(key, _fitted(key, told, names)) for key, told in parts.items()),
        figures=_figures(facts),
        facts=told_facts(facts),
        names=names,
    )


def _short(decision: DecisionPart) -> DecisionPart:
    room = DECISION_WORDS - words_in(decision.heading)
    return replace(decision, text=fit(sentences(decision.text), room))


def _fitted(key: str, parts: list[str], names: Iterable[str]) -> str:
    return fit([in_plain_words(part, names=names) for part in parts], _WORDS[key])


def _names(facts: Facts) -> tuple[str, ...]:
    return (
        *(move.title for move in facts.moves),
        *(reached.title for reached in facts.reached),
        *(promise.name for promise in facts.promises),
    )


def _changes(facts: Facts) -> list[str]:
    said = sentences(facts.summary) + sentences(facts.outcome)
    return said or [_moves(facts)]


def _moves(facts: Facts) -> str:
    if not facts.moves:
        return "Nothing has been chosen yet."
    moves = [
        f"{move.title} from {move.from_version} to {move.to_version}"
        if move.from_version
        else f"{move.title} is new"
        for move in facts.moves
    ]
    return f"No summary was given. What moves: {some_of(moves, MOVES_NAMED)}."


def _affects(facts: Facts) -> list[str]:
    if not facts.reached:
        return ["As far as the catalog shows, it reaches nothing else."]
    kinds = Counter(reached.kind for reached in facts.reached)
    counted = [count_in_words(kinds[kind], kind) for kind in KINDS if kinds[kind]]
    people_meet = _titles(facts, "product") or _titles(facts, "service")
    told = [f"It can reach {join_and(counted)}."]
    if people_meet:
        told.append(f"People meet it in {some_of(people_meet, PRODUCTS_NAMED)}.")
    owners = sorted({reached.owner for reached in facts.reached if reached.owner})
    if owners:
        told.append(f"These parts belong to {some_of(owners, PRODUCTS_NAMED)}.")
    return told


def _titles(facts: Facts, kind: str) -> list[str]:
    return [reached.title for reached in facts.reached if reached.kind == kind]


def _wrong(facts: Facts) -> list[str]:
    if not facts.scenarios:
        return ["No risk was named."]
    worst = sorted(facts.scenarios, key=weight_of, reverse=True)[:SCENARIOS_TOLD]
    return [part for scenario in worst for part in scenario_told(scenario)]


def _undo(facts: Facts) -> list[str]:
    fast = (
        f"Going back takes about {duration(facts.rollback_minutes)}."
        if facts.rollback_minutes is not None
        else "How long going back takes was not given."
    )
    plan = sentences(facts.rollback_plan) or ["No way back was given."]
    # The time has its room first, so that a long plan never pushes it out.
    room = _WORDS["undo"] - words_in(fast)
    return [f"{fit(plan, room)} {fast}"]


def _waiting(facts: Facts) -> list[str]:
    return sentences(facts.cost_of_waiting) or ["No cost of waiting was given."]


def _figures(facts: Facts) -> tuple[Figure, ...]:
    """Return at most three: the first promise, how far the change reaches, and how fast it goes back."""
    return (*_promised(facts)[:1], _reach(facts), *_way_back(facts))


def _promised(facts: Facts) -> list[Figure]:
    return [
        Figure(
            value=figure(promise.target, promise.unit),
            label=measure_in_plain_words(promise.name),
            comparator=f"Expected. Today: {_today(promise.baseline, promise.unit)}",
            anchor="metrics",
        )
        for promise in facts.promises
    ]


def _today(baseline: float | None, unit: str) -> str:
    return "not measured" if baseline is None else figure(baseline, unit)


def _reach(facts: Facts) -> Figure:
    reached = len(facts.reached)
    return Figure(
        value=f"{reached:,}",
        label="other part it can reach" if reached == 1 else "other parts it can reach",
        comparator=f"{count(len(facts.moves), 'part')} {'moves' if len(facts.moves) == 1 else 'move'}",
        anchor="blast",
    )


def _way_back(facts: Facts) -> list[Figure]:
    if facts.rollback_minutes is None:
        return []
    window = "not planned"
    if facts.planned_start and facts.planned_end:
        window = short_duration(int((facts.planned_end - facts.planned_start).total_seconds() // 60))
    return [
        Figure(
            value=short_duration(facts.rollback_minutes),
            label="to go back",
            comparator=f"The window: {window}",
            anchor="risks",
        )
    ]
