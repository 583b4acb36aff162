"""A briefing as it is read and signed: its parts in the fixed order, its measure, and the document of it. Pure.

The order is that of the questions an executive asks: what must be decided and by when, what changes, who it affects,
what could go wrong and how likely, how it is undone and how fast, and what waiting costs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from apps.insights.rules.decision import DecisionPart
from apps.insights.rules.glossary import Entry, jargon_in
from apps.insights.rules.grammar import sentence, words_in
from apps.insights.rules.readability import Failing, failing_sentences, grade

WORD_LIMIT = 200
DECISION_WORDS = 35
"""Of these, the most for the decision. The parts have their own, so that no text of a person passes the limit."""
FIGURE_LIMIT = 3
HEADINGS = {
    "changes": "What changes",
    "affects": "Who it affects",
    "wrong": "What could go wrong",
    "undo": "How we undo it",
    "waiting": "Cost of waiting",
}
"""The parts after the decision, in their order."""

ToldFacts = tuple[tuple[str, str], ...]
"""What a briefing was made from: a label and a value in words, each label once."""


@dataclass(frozen=True)
class Part:
    """One section."""

    key: str
    text: str

    @property
    def heading(self) -> str:
        """Return what stands above it."""
        return HEADINGS[self.key]


@dataclass(frozen=True)
class Figure:
    """A number that is never shown without what to compare it with, nor without where it comes from.

    ``anchor`` is the section, of the change's page or of the period's, that shows the records.
    """

    value: str
    label: str
    comparator: str
    anchor: str


@dataclass(frozen=True)
class Measure:
    """How long and how hard a text is, and what in it a person should mend."""

    words: int
    grade: float
    failing: tuple[Failing, ...]
    jargon: tuple[Entry, ...]


@dataclass(frozen=True)
class Briefing:
    """What a person reads in a minute. ``names`` are what they are, so they are not graded."""

    ref: str
    title: str
    state: str
    decision: DecisionPart
    parts: tuple[Part, ...]
    figures: tuple[Figure, ...]
    facts: ToldFacts = ()
    names: tuple[str, ...] = ()

    @cached_property
    def measure(self) -> Measure:
        """Return the measure of all its sentences."""
        return measure_of([self.decision.heading, self.decision.text], self.parts, self.names)


def measure_of(decision: Iterable[str], parts: Iterable[Part], names: Iterable[str]) -> Measure:
    """Return the measure of what a briefing says, without its title and its figures."""
    names = list(names)
    text = " ".join(sentence(part) for part in [*decision, *(part.text for part in parts)] if part.strip())
    return Measure(
        words=words_in(text),
        grade=grade(text, names=names),
        failing=tuple(failing_sentences(text, names=names)),
        jargon=tuple(jargon_in(text, names=names)),
    )


@dataclass(frozen=True)
class Moved:
    """A fact that is not as it was. Blank on a side where it was not, or is no more."""

    label: str
    before: str
    now: str


def moved(before: ToldFacts, now: ToldFacts) -> list[Moved]:
    """Return the facts that differ, in the order of those now, then those that are gone."""
    was, is_ = dict(before), dict(now)
    return [
        Moved(label, was.get(label, ""), is_.get(label, ""))
        for label in dict.fromkeys([*is_, *was])
        if was.get(label, "") != is_.get(label, "")
    ]


def document_of(briefing: Briefing, about: str) -> dict[str, Any]:
    """Return a briefing as the JSON whose digest is signed: what it says, and the facts that it rests on."""
    return {
        "v": 1,
        "about": about,
        "title": briefing.title,
        "decision": {
            "heading": briefing.decision.heading,
            "text": briefing.decision.text,
            "needed": briefing.decision.needed,
            "by": briefing.decision.by.isoformat() if briefing.decision.by else "",
            "by_text": briefing.decision.by_text,
        },
        "parts": {part.key: part.text for part in briefing.parts},
        "figures": [
            {"value": one.value, "label": one.label, "comparator": one.comparator, "anchor": one.anchor}
            for one in briefing.figures
        ],
        "facts": [list(fact) for fact in briefing.facts],
        "names": list(briefing.names),
    }


def briefing_of(document: Mapping[str, Any]) -> Briefing:
    """Return the briefing that a document holds."""
    decision = document["decision"]
    by = datetime.fromisoformat(decision["by"]) if decision["by"] else None
    return Briefing(
        ref=document["about"],
        title=document["title"],
        state="",
        decision=DecisionPart(
            decision["heading"], decision["text"], decision["needed"], by, decision["by_text"]
        ),
        parts=tuple(Part(key, document["parts"][key]) for key in HEADINGS),
        figures=tuple(Figure(**figure) for figure in document["figures"]),
        facts=tuple((label, value) for label, value in document["facts"]),
        names=tuple(document["names"]),
    )
