"""A set of rules as it is kept: a JSON document that says all of it, and its digest.

What a document leaves out is as by default, so two documents that mean the same can differ; the digest is over what is
kept, which `document_of` writes in full.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.canonical import NotCanonical, canonical_bytes, digest
from apps.core.errors import Invalid
from apps.policy.enums import Effect, Outcome, Severity, Stage
from apps.policy.rules.expressions import Refused, compiled
from apps.policy.rules.messages import message_problems
from apps.policy.rules.rule import RESULTS, Example, Rule, Rules
from apps.policy.rules.scoring import BANDS, MOST_POINTS
from apps.policy.rules.sheets import example_problems
from apps.policy.rules.track_record import Prior

LARGEST_DOCUMENT = 1_000_000
MOST_RULES = 200
MOST_EXAMPLES = 20
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TEXTS = {"title": 120, "message": 300, "remedy": 500, "label": 80, "source": 200}
_RULE = {"id", "stage", "effect", "severity", "when", "expression", "examples", *_TEXTS}
_SPEAKING = frozenset({Effect.REQUIRE, Effect.DENY, Effect.WARN})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a document, such as ``rules[3].expression``; in an expression, where in it."""

    place: str
    message: str
    line: int | None = None
    column: int | None = None

    @property
    def words(self) -> str:
        return (
            self.message if self.line is None else f"Line {self.line}, column {self.column}: {self.message}"
        )


def rules_from(document: Any) -> Rules:
    """Return the set that a document holds.

    Raises:
        Invalid: all that is wrong with it, by place.
    """
    if problems := problems_of(document):
        raise Invalid(by_place(problems))
    return Rules(
        title=document["title"].strip(),
        rules=tuple(_rule_from(one) for one in document["rules"]),
        bands={name: float(document["bands"][name]) for name in BANDS},
        prior=Prior(**{name: float(document["prior"][name]) for name in ("failures", "changes")}),
    )


def document_of(rules: Rules) -> dict[str, Any]:
    """Return the document that a set is kept as."""
    return {
        "title": rules.title,
        "rules": [_rule_document(one) for one in rules.rules],
        "bands": dict(rules.bands),
        "prior": {"failures": rules.prior.failures, "changes": rules.prior.changes},
    }


def digest_of(rules: Rules) -> str:
    """Return the digest that people sign when they approve a set."""
    return digest(document_of(rules))


def by_place(problems: list[Problem]) -> dict[str, list[str]]:
    """Return problems as messages by place."""
    found: dict[str, list[str]] = {}
    for one in problems:
        found.setdefault(one.place, []).append(one.words)
    return found


def problems_of(document: Any) -> list[Problem]:
    """Return all that is wrong with a document, each at its place."""
    if not isinstance(document, Mapping):
        return [Problem("document", "A set of rules has a title, rules, bands and a prior.")]
    found = _unknown("", document, {"title", "rules", "bands", "prior"})
    found += _text("title", document.get("title"), _TEXTS["title"], needed=True)
    found += _bands(document.get("bands")) + _prior(document.get("prior"))
    rules = document.get("rules")
    if not isinstance(rules, list) or not rules or len(rules) > MOST_RULES:
        return [*found, Problem("rules", f"Give from 1 to {MOST_RULES} rules.")]
    for index, one in enumerate(rules):
        found += rule_problems(one, f"rules[{index}]")
    return found + _doubled(rules)


def unkeepable(document: Any) -> list[str]:
    """Return why a document cannot be kept as it is, whatever it says; nothing for most."""
    if not isinstance(document, dict):
        return ["A set of rules is a JSON object."]
    try:
        size = len(canonical_bytes(document))
    except NotCanonical as error:
        return [error.reason]
    if b"\\u0000" in canonical_bytes(document):
        return ["Take out the null character: it cannot be stored."]
    return [f"Keep it to {LARGEST_DOCUMENT:,} bytes."] if size > LARGEST_DOCUMENT else []


def rule_problems(rule: Any, place: str) -> list[Problem]:
    """Return all that is wrong with one rule. ``place`` is where it stands in its document."""
    if not isinstance(rule, Mapping):
        return [Problem(place, "A rule has an id, a stage, an effect and an expression.")]
    found = _unknown(f"{place}.", rule, _RULE)
    if not isinstance(rule.get("id"), str) or not _ID.fullmatch(rule["id"]) or len(rule["id"]) > 60:
        found.append(
            Problem(f"{place}.id", "Use small letters, digits and single hyphens, as in “drift-bounded”.")
        )
    found += _choice(f"{place}.stage", rule.get("stage"), Stage.values)
    found += _choice(f"{place}.effect", rule.get("effect"), Effect.values)
    found += _choice(f"{place}.severity", rule.get("severity", Severity.MAJOR), Severity.values)
    effect = rule.get("effect") if rule.get("effect") in Effect.values else None
    needed = {
        "title",
        *({"message"} if effect in _SPEAKING else ()),
        *({"label"} if effect == Effect.SCORE else ()),
    }
    for name, limit in _TEXTS.items():
        found += _text(f"{place}.{name}", rule.get(name, ""), limit, needed=name in needed)
    if isinstance(rule.get("message"), str):
        found += [Problem(f"{place}.message", one) for one in message_problems(rule["message"])]
    if rule.get("when", "") != "":
        found += _expression(f"{place}.when", rule["when"], ("BOOL",))
    if effect:
        found += _expression(f"{place}.expression", rule.get("expression", ""), RESULTS[Effect(effect)])
    return found + _examples(f"{place}.examples", rule.get("examples", []))


def _expression(place: str, text: Any, results: tuple[str, ...]) -> list[Problem]:
    if not isinstance(text, str):
        return [Problem(place, "Write an expression.", 1, 1)]
    try:
        compiled(text, *results)
    except Refused as refused:
        return [Problem(place, one.message, one.line, one.column) for one in refused.problems]
    return []


def _examples(place: str, examples: Any) -> list[Problem]:
    if not isinstance(examples, list) or len(examples) > MOST_EXAMPLES:
        return [Problem(place, f"Give a list of at most {MOST_EXAMPLES} examples.")]
    found = []
    for index, one in enumerate(examples):
        at = f"{place}[{index}]"
        if not isinstance(one, Mapping):
            found.append(Problem(at, "An example has given, facts and expected."))
            continue
        found += _unknown(f"{at}.", one, {"given", "facts", "expected"})
        found += _text(f"{at}.given", one.get("given"), 200, needed=True)
        found += [Problem(f"{at}.facts", message) for message in example_problems(one.get("facts"))]
        found += _choice(f"{at}.expected", one.get("expected"), [*Outcome.values])
    return found


def _bands(bands: Any) -> list[Problem]:
    if not isinstance(bands, Mapping) or set(bands) != set(BANDS):
        return [Problem("bands", f"Say from how many points {', '.join(BANDS)} begin.")]
    points = [bands[name] for name in BANDS]
    if not all(_is_number(one, -MOST_POINTS, MOST_POINTS) for one in points) or sorted(set(points)) != points:
        return [
            Problem("bands", f"Each band begins above the one before it, at {MOST_POINTS:,} points at most.")
        ]
    return []


def _prior(prior: Any) -> list[Problem]:
    fits = isinstance(prior, Mapping) and set(prior) == {"failures", "changes"}
    if (
        not fits
        or not _is_number(prior["changes"], 1, 1_000)
        or not _is_number(prior["failures"], 0, prior["changes"])
    ):
        return [
            Problem("prior", "Say how many failures in how many changes (1 to 1,000) anyone starts with.")
        ]
    return []


def _is_number(value: Any, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _doubled(rules: list[Any]) -> list[Problem]:
    seen: set[str] = set()
    found = []
    for index, one in enumerate(rules):
        name = one.get("id") if isinstance(one, Mapping) else None
        if isinstance(name, str) and name in seen:
            found.append(Problem(f"rules[{index}].id", f"Another rule is called “{name[:60]}”."))
        seen.add(str(name))
    return found


def _unknown(place: str, given: Mapping[Any, Any], known: set[str]) -> list[Problem]:
    extra = [str(name)[:60] for name in given if name not in known]
    return [Problem(f"{place}{name}", "There is no such part.") for name in extra]


def _choice(place: str, value: Any, known: list[str]) -> list[Problem]:
    return (
        []
        if isinstance(value, str) and value in known
        else [Problem(place, f"Choose one of {', '.join(known)}.")]
    )


def _text(place: str, value: Any, limit: int, *, needed: bool) -> list[Problem]:
    if value is not None and not isinstance(value, str):
        return [Problem(place, "This is no text.")]
    text = value or ""
    if needed and not text.strip():
        return [Problem(place, "Write something here.")]
    if len(text) > limit:
        return [Problem(place, f"Keep it to {limit} characters. It has {len(text)}.")]
    if any(one < " " and one != "\n" for one in text) or any("\ud800" <= one <= "\udfff" for one in text):
        return [Problem(place, "This holds a character that nobody can see. Take it out.")]
    return []


_ENUMS: dict[str, Callable[[str], Any]] = {"stage": Stage, "effect": Effect, "severity": Severity}


def _rule_from(given: Mapping[str, Any]) -> Rule:
    read = {name: value for name, value in given.items() if name not in ("examples", *_ENUMS)}
    read = {
        name: value.strip() if name in _TEXTS else value for name, value in read.items() if value is not None
    }
    enums = {name: maker(given[name]) for name, maker in _ENUMS.items() if name in given}
    examples = tuple(
        Example(one["given"].strip(), one["facts"], Outcome(one["expected"]))
        for one in given.get("examples", [])
    )
    return Rule(**read, **enums, examples=examples)


def _rule_document(rule: Rule) -> dict[str, Any]:
    named = {name: getattr(rule, name) for name in ("id", "when", "expression", *_TEXTS)}
    return {
        **named,
        **{name: str(getattr(rule, name)) for name in _ENUMS},
        "examples": [
            {"given": one.given, "facts": dict(one.facts), "expected": str(one.expected)}
            for one in rule.examples
        ],
    }
