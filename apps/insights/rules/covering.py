"""The briefing of a period, of everything or of one portfolio: its words and its numbers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.insights.rules.decision import DecisionPart
from apps.insights.rules.facts import Scenario
from apps.insights.rules.glossary import in_plain_words
from apps.insights.rules.grammar import (
    agree,
    capital,
    count_in_words,
    duration,
    fit,
    in_words,
    join_and,
    long_end,
    quoted,
    sentences,
    some_of,
)
from apps.insights.rules.paper import DECISION_WORDS, Briefing, Figure, Part, ToldFacts
from apps.insights.rules.periods import Period, PeriodKind
from apps.insights.rules.wrong import KINDS, scenario_told

_WORDS = {"changes": 40, "affects": 30, "wrong": 45, "undo": 25, "waiting": 25}
NAMED = 3


@dataclass(frozen=True)
class Ended:
    """How many changes ended in a period, and how many of them as planned."""

    as_planned: int
    total: int


@dataclass(frozen=True)
class Portfolio:
    """What a briefing is confined to: what a team owns, or a product with what it rests on."""

    kind: str
    ref: str
    name: str


@dataclass(frozen=True)
class First:
    """The decision that is due first: on which change, by when, and what waiting for it costs."""

    ref: str
    title: str
    by: datetime
    cost_of_waiting: str = ""


@dataclass(frozen=True)
class Worst:
    """The gravest risk that a change of the period names."""

    title: str
    scenario: Scenario


@dataclass(frozen=True)
class Counts:
    """What is counted of a period. Each number is that of a list on the page."""

    decisions: int
    overdue: int
    starting: int
    started_before: int
    ended: Ended
    ended_before: Ended


@dataclass(frozen=True)
class Coming:
    """What the changes that start in a period are like, taken together.

    ``kinds`` counts the components that they move, by kind in words; ``products`` are those that people meet them in.
    The rest is of the ``ahead`` alone, those that are not over: the gravest risk, the slowest way back in minutes, and
    how many do not say how long theirs takes.
    """

    kinds: tuple[tuple[str, int], ...] = ()
    owners: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    ahead: int = 0
    worst: Worst | None = None
    slowest: int | None = None
    untimed: int = 0


@dataclass(frozen=True)
class Covered:
    """Everything that a period's briefing may say. ``waiting_since`` is when the oldest open decision was asked."""

    period: Period
    today: datetime
    zone: ZoneInfo
    counts: Counts
    coming: Coming
    portfolio: Portfolio | None = None
    first: First | None = None
    waiting_since: datetime | None = None


def build_period(covered: Covered, top: Briefing | None = None) -> Briefing:
    """Return the briefing of a period. ``top`` is that of its first decision, which then is what it tells of."""
    figures, facts = period_figures(covered), _facts(covered)
    if top is not None:
        about = (("First decision", top.ref),)
        return replace(
            top,
            ref=covered.period.name,
            title=_headline(covered, about_first=True),
            figures=figures,
            facts=(*facts, *about, *top.facts),
        )
    names = (*covered.coming.owners, *covered.coming.products)
    parts = {
        "changes": _changes(covered),
        "affects": _affects(covered),
        "wrong": _wrong(covered),
        "undo": _undo(covered),
        "waiting": _waiting(covered),
    }
    return Briefing(
        ref=covered.period.name,
        title=_headline(covered),
        state="",
        decision=_decision(covered),
        parts=tuple(Part(key, _fitted(key, told, names)) for key, told in parts.items()),
        figures=figures,
        facts=facts,
        names=names,
    )


def _fitted(key: str, parts: Sequence[str], names: Sequence[str]) -> str:
    return fit([in_plain_words(part, names=names) for part in parts], _WORDS[key])


def period_figures(covered: Covered) -> tuple[Figure, ...]:
    """Return the three numbers of a period, each beside the period before or what is late."""
    counts, before = covered.counts, f"The {covered.period.kind} before"
    return (
        Figure(
            value=f"{counts.decisions:,}",
            label=f"{agree(counts.decisions, 'decision', 'decisions')} needed",
            comparator=f"{counts.overdue:,} overdue" if counts.overdue else "None is overdue",
            anchor="decisions",
        ),
        Figure(
            value=f"{counts.starting:,}",
            label=agree(counts.starting, "change starts", "changes start"),
            comparator=f"{before}: {counts.started_before:,}",
            anchor="starting",
        ),
        Figure(
            value=_of(counts.ended) if counts.ended.total else "None",
            label="ended as planned" if counts.ended.total else f"ended this {covered.period.kind}",
            comparator=f"{before}: {_of(counts.ended_before)}",
            anchor="ended",
        ),
    )


def _of(ended: Ended) -> str:
    return f"{ended.as_planned:,} of {ended.total:,}" if ended.total else "none ended"


def _facts(covered: Covered) -> ToldFacts:
    counts, coming = covered.counts, covered.coming
    told = (
        ("Decisions needed", f"{counts.decisions:,}"),
        ("Decisions overdue", f"{counts.overdue:,}"),
        ("Changes that start", f"{counts.starting:,}"),
        ("Changes that ended as planned", _of(counts.ended)),
        ("The gravest risk", coming.worst.title if coming.worst else ""),
        ("The slowest way back", duration(coming.slowest) if coming.slowest is not None else ""),
    )
    return tuple((label, value) for label, value in told if value)


def _headline(covered: Covered, *, about_first: bool = False) -> str:
    """Return the period in one line: how many decisions, with the title of the one that the briefing is about."""
    number, this = covered.counts.decisions, f"this {covered.period.kind}"
    said = f"{count_in_words(number, 'decision')} {this}" if number else f"no decision is needed {this}"
    if covered.first and (number == 1 or about_first):
        said += f"{'' if number == 1 else '. The first'}: {covered.first.title}"
    return f"{covered.portfolio.name}: {said}" if covered.portfolio else capital(said)


def _decision(covered: Covered) -> DecisionPart:
    number, first = covered.counts.decisions, covered.first
    if not number or first is None:
        return DecisionPart("Nothing has to be decided", f"No signature is due this {covered.period.kind}.")
    told = [f"{'It is' if number == 1 else 'The first is'} on {quoted(first.title)}."]
    late = covered.counts.overdue
    if late and number > 1:
        told.append(f"{capital(in_words(late))} of them {agree(late, 'is', 'are')} overdue.")
    return DecisionPart(
        heading=f"{capital(count_in_words(number, 'decision'))} {agree(number, 'is', 'are')} needed",
        text=fit(told, DECISION_WORDS),
        needed=True,
        by=first.by,
        by_text=long_end(first.by, covered.zone, covered.today),
    )


def _changes(covered: Covered) -> list[str]:
    counts, coming = covered.counts, covered.coming
    where = f" in {covered.portfolio.name}" if covered.portfolio else ""
    if not counts.starting:
        return [f"No change starts this {covered.period.kind}{where}.", _before(covered)]
    number = counts.starting
    moved = [count_in_words(number, kind) for kind, number in _in_order(coming.kinds)]
    told = [
        f"This {covered.period.kind}, {count_in_words(number, 'change')} {agree(number, 'starts', 'start')}{where}.",
        f"{agree(number, 'It moves', 'They move')} {join_and(moved)}." if moved else "",
        _before(covered),
    ]
    return [part for part in told if part]


def _before(covered: Covered) -> str:
    number = covered.counts.started_before
    started = f"{in_words(number)} did" if number else "none did"
    return f"In the {covered.period.kind} before, {started}."


def _in_order(kinds: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(kinds, key=lambda pair: KINDS.index(pair[0]))


def _affects(covered: Covered) -> list[str]:
    coming = covered.coming
    if not covered.counts.starting:
        return ["Nobody: nothing is planned to start."]
    told = []
    if coming.products:
        it = agree(covered.counts.starting, "it", "them")
        told.append(f"People meet {it} in {some_of(coming.products, NAMED)}.")
    if coming.owners:
        told.append(f"What moves belongs to {some_of(coming.owners, NAMED)}.")
    return told or ["What moves has no owner yet, and leads to no product that people meet."]


def _wrong(covered: Covered) -> list[str]:
    worst = covered.coming.worst
    told = []
    if worst:
        told += [f"The gravest risk is in {quoted(worst.title)}.", *scenario_told(worst.scenario)]
    elif covered.coming.ahead:
        told.append("No risk was named.")
    elif covered.counts.starting:
        told.append("All that started is over.")
    else:
        told.append("Nothing new can go wrong while nothing starts.")
    return [*told, *_so_far(covered)]


def _so_far(covered: Covered) -> list[str]:
    """Return how likely trouble has been: what ended in the period before, and did not go as planned."""
    ended, kind = covered.counts.ended_before, covered.period.kind
    if not ended.total:
        return []
    wrong = ended.total - ended.as_planned
    if not wrong:
        return [f"All that ended in the {kind} before went as planned."]
    return [f"In the {kind} before, {in_words(wrong)} of {in_words(ended.total)} did not go as planned."]


def _undo(covered: Covered) -> list[str]:
    coming = covered.coming
    if not coming.ahead:
        return ["There is nothing left to undo."]
    if coming.slowest is None:
        return ["How long going back takes was not given."]
    one = coming.ahead == 1
    told = [
        f"Going back takes about {duration(coming.slowest)}."
        if one
        else f"The slowest way back takes about {duration(coming.slowest)}."
    ]
    if coming.untimed:
        verb = agree(coming.untimed, "does", "do")
        told.append(f"{capital(count_in_words(coming.untimed, 'change'))} {verb} not say how long it takes.")
    return told


def _waiting(covered: Covered) -> list[str]:
    first = covered.first
    if not covered.counts.decisions or first is None:
        return [f"No decision is due this {covered.period.kind}."]
    told = sentences(first.cost_of_waiting) or ["No cost of waiting was given."]
    if covered.waiting_since:
        days = (covered.today - covered.waiting_since).days
        age = count_in_words(days, "day") if days else "less than a day"
        told.append(f"The oldest decision has been open for {age}.")
    return told


def is_about_one(period: Period, portfolio: Portfolio | None) -> bool:
    """Return whether a briefing tells of its first decision alone: that of a week does, as an executive reads it."""
    return period.kind == PeriodKind.WEEK and portfolio is None
