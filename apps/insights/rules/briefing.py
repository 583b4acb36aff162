"""The briefing of a change: plain language, in a fixed order, at most 200 words and three numbers.

The order is that of the questions an executive asks: what must be decided, what changes, who it affects,
what could go wrong and how likely, how it is undone and how fast, and what waiting costs.
"""

from collections import Counter
from dataclasses import dataclass, replace

from apps.changes.enums import Harm, Likelihood
from apps.insights.rules.decision import DecisionPart, decision_for
from apps.insights.rules.facts import Facts, Scenario
from apps.insights.rules.grammar import (
    capital,
    count,
    count_in_words,
    duration,
    figure,
    fit,
    join_and,
    sentence,
    sentences,
    short_duration,
    some_of,
    words_in,
)
from apps.insights.rules.readability import grade, hard_sentences

WORD_LIMIT = 200
# Words for each part. With at most 35 for the decision they stay within the limit, whatever people wrote.
DECISION_WORDS = 35
_WORDS = {"changes": 45, "affects": 35, "wrong": 45, "undo": 25, "waiting": 15}

SCENARIOS_TOLD = 2
SCENARIO_WORDS = 25
PRODUCTS_NAMED = 3
MOVES_NAMED = 3
_LIKELY = {
    Likelihood.RARE: "very unlikely",
    Likelihood.UNLIKELY: "unlikely",
    Likelihood.POSSIBLE: "possible",
    Likelihood.LIKELY: "likely",
}
_LIKELIHOODS = list(Likelihood)
_HARMS = list(Harm)
# What people meet comes before what machines use.
_KINDS = ("product", "service", "model", "pipeline", "feature set", "dataset")


@dataclass(frozen=True)
class Part:
    """One section."""

    key: str
    heading: str
    text: str


@dataclass(frozen=True)
class Figure:
    """A number that is never shown without what to compare it with, nor without where it comes from.

    ``anchor`` is the section, of the change's page or of the week's, that shows the records.
    """

    value: str
    label: str
    comparator: str
    anchor: str


@dataclass(frozen=True)
class Briefing:
    """What a person reads in a minute. ``hard`` are the sentences that are too long, for someone to split."""

    ref: str
    title: str
    state: str
    decision: DecisionPart
    parts: tuple[Part, ...]
    figures: tuple[Figure, ...]
    words: int
    grade: float
    hard: tuple[str, ...]


def build_briefing(facts: Facts) -> Briefing:
    """Return the briefing of a change. What the change does not say is named as missing, never left out."""
    decision = _short(decision_for(facts))
    parts = (
        Part("changes", "What changes", _fitted("changes", _changes(facts))),
        Part("affects", "Who it affects", _fitted("affects", _affects(facts))),
        Part("wrong", "What could go wrong", _fitted("wrong", _wrong(facts))),
        Part("undo", "How we undo it", _fitted("undo", _undo(facts))),
        Part("waiting", "Cost of waiting", _fitted("waiting", _waiting(facts))),
    )
    text = " ".join([sentence(decision.heading), decision.text, *(part.text for part in parts)])
    names = _names(facts)
    return Briefing(
        ref=facts.ref,
        title=facts.title,
        state=facts.state,
        decision=decision,
        parts=parts,
        figures=_figures(facts),
        words=words_in(text),
        grade=grade(text, names=names),
        hard=tuple(hard_sentences(text, names=names)),
    )


def _short(decision: DecisionPart) -> DecisionPart:
    room = DECISION_WORDS - words_in(decision.heading)
    return replace(decision, text=fit(sentences(decision.text), room))


def _fitted(key: str, parts: list[str]) -> str:
    return fit(parts, _WORDS[key])


def _names(facts: Facts) -> list[str]:
    return [
        *(move.title for move in facts.moves),
        *(reached.title for reached in facts.reached),
        *(promise.name for promise in facts.promises),
    ]


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
    counted = [count_in_words(kinds[kind], kind) for kind in _KINDS if kinds[kind]]
    people_meet = _titles(facts, "product") or _titles(facts, "service")
    told = [f"It can reach {join_and(counted)}."]
    if people_meet:
        told.append(f"People meet it in {some_of(people_meet, PRODUCTS_NAMED)}.")
    owners = sorted({reached.owner for reached in facts.reached if reached.owner})
    if owners:
        verb = "owns" if len(owners) == 1 else "own"
        told.append(f"{capital(some_of(owners, PRODUCTS_NAMED))} {verb} these parts.")
    return told


def _titles(facts: Facts, kind: str) -> list[str]:
    return [reached.title for reached in facts.reached if reached.kind == kind]


def _wrong(facts: Facts) -> list[str]:
    if not facts.scenarios:
        return ["No risk was named."]
    worst = sorted(facts.scenarios, key=_weight, reverse=True)[:SCENARIOS_TOLD]
    return [part for scenario in worst for part in _scenario(scenario)]


def _weight(scenario: Scenario) -> int:
    likelihood = _LIKELIHOODS.index(Likelihood(scenario.likelihood)) + 1
    return likelihood * (_HARMS.index(Harm(scenario.harm)) + 1)


def _scenario(scenario: Scenario) -> list[str]:
    """Return what could happen with how likely it is, in one piece that no limit parts; then what is done."""
    likely = _LIKELY[Likelihood(scenario.likelihood)]
    harm = Harm(scenario.harm).label.lower()
    told = fit(sentences(scenario.text), SCENARIO_WORDS)
    return [f"{told} This is {likely}, and the harm would be {harm}.", *sentences(scenario.mitigation)]


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
            label=promise.name,
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
