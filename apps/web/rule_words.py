"""Rules as people read them: in plain words, with the facts that they look at and the place of an error."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.policy.enums import Effect, FactType, Outcome, Stage, Way
from apps.policy.rules import FACTS, Fact, Problem, Rule, Rules, Tried, tried

_MUST = {
    Effect.REQUIRE: "Must be true",
    Effect.DENY: "Must be true",
    Effect.WARN: "Warns",
    Effect.SCORE: "Adds points",
    Effect.CLASSIFY: "Names the class",
    Effect.REVIEW: "Working days",
}
_DOES = {
    Effect.REQUIRE: "It lets a change through only if this is true",
    Effect.DENY: "It stops a change if this is true",
    Effect.WARN: "It warns if this is true",
    Effect.SCORE: "It adds so many points of risk",
    Effect.CLASSIFY: "It says this class; an empty one leaves it to the next rule",
    Effect.REVIEW: "Its review is due so many working days after it ends; 0 asks for none",
}
_MOST_SHOWN = 3


@dataclass(frozen=True)
class Sentence:
    """One line of a rule in plain words."""

    term: str
    says: str


@dataclass(frozen=True)
class Looked:
    """A fact that a rule looks at. ``value`` is that of the change shown, in words."""

    name: str
    type: str
    means: str
    value: str


@dataclass(frozen=True)
class Line:
    """One line of an expression; where an error is, ``caret`` is what leads to its column.

    ``words`` are its parts in order, each with what it is: a fact, a literal, a remark, or nothing of these.
    """

    text: str
    wrong: bool = False
    caret: str = ""

    @property
    def words(self) -> list[tuple[str, str]]:
        return [(_kind_of(one), one) for one in _WORDS.findall(self.text)]


_NAMES = "|".join(re.escape(name) for name in sorted(FACTS, key=len, reverse=True))
_WORDS = re.compile(rf"""//.*|"[^"]*"|'[^']*'|\b(?:{_NAMES})\b|\b\d[\d.]*|\b(?:true|false)\b|\w+|\W""")


def _kind_of(word: str) -> str:
    if word.startswith("//"):
        return "rem"
    if word in FACTS:
        return "fact"
    return (
        "lit" if word[0] in "\"'" and len(word) > 1 or word[0].isdigit() or word in ("true", "false") else ""
    )


def plain(rule: Rule) -> list[Sentence]:
    """Return a rule as a table of sentences."""
    rows = [Sentence("Where", f"Only where {rule.when}" if rule.when else "Every change")]
    rows += [Sentence(_MUST[rule.effect], rule.title)]
    rows += [Sentence("Say", f"“{rule.message}”")] if rule.message else []
    rows += [Sentence("Name the points", rule.label)] if rule.label else []
    rows += [Sentence("To clear it", rule.remedy)] if rule.remedy else []
    return rows


def expressions(rule: Rule) -> list[tuple[str, list[Line]]]:
    """Return what a rule says in CEL: each expression under what it does."""
    parts = [("It applies where this is true", rule.when), (_DOES[rule.effect], rule.expression)]
    return [(does, marked_lines(text, ())) for does, text in parts if text]


def by_stage(rules: Iterable[Rule]) -> list[tuple[Stage, list[Rule]]]:
    """Return the rules of each stage that has any, in order."""
    found = list(rules)
    staged = [(stage, [rule for rule in found if rule.stage == stage]) for stage in Stage]
    return [(stage, rows) for stage, rows in staged if rows]


def looked_at(rule: Rule, known: Mapping[str, Any]) -> list[Looked]:
    """Return the facts that a rule looks at, each with what it means and its value for a change."""
    return [_looked(FACTS[name], known) for name in rule.facts if name in FACTS]


def _looked(fact: Fact, known: Mapping[str, Any]) -> Looked:
    name = fact.name
    kind = f"{FactType(fact.type).label}{f', {fact.unit}' if fact.unit else ''}"
    return Looked(name, kind, fact.meaning, value_said(known.get(name)))


def value_said(value: Any) -> str:
    """Return the value of a fact in words."""
    if value is None:
        return "Not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        texts = [one for one in value if isinstance(one, str)]
        if len(texts) < len(value):
            return f"{len(value)} checks"
        more = f" and {len(texts) - _MOST_SHOWN} more" if len(texts) > _MOST_SHOWN else ""
        return ", ".join(texts[:_MOST_SHOWN]) + more or "none"
    return str(value)


def ways_said(ways: Mapping[Way, int]) -> str:
    """Return how many changes would have gone which way, as part of a sentence."""
    counted = [f"{ways[way]:,} {way.label.lower()}" for way in Way if ways.get(way)]
    return ", ".join(counted) or "none would have gone another way"


def tried_of(rules: Rules, rule: Rule) -> list[Tried]:
    """Return the examples of one rule with what comes of each."""
    return [one for one in tried(rules) if one.rule is rule]


def marked_lines(text: str, problems: Iterable[Problem]) -> list[Line]:
    """Return the lines of an expression, with a caret under the column of each line's first error."""
    wrong: dict[int, int] = {}
    for one in problems:
        if one.line is not None and one.column is not None:
            wrong.setdefault(one.line, one.column)
    lines = (text or " ").split("\n")
    return [
        Line(line, number in wrong, f"{' ' * (wrong[number] - 1)}^" if number in wrong else "")
        for number, line in enumerate(lines, start=1)
    ]


OUTCOME_COLOURS = {
    Outcome.MET: "done",
    Outcome.NOT_MET: "blocked",
    Outcome.WARNED: "waiting",
    Outcome.INCONCLUSIVE: "waiting",
}
