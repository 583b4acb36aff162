"""The facts of one change, checked and put into the form of expressions once."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.policy.enums import FactType
from apps.policy.rules.expressions import LARGEST, Compiled, activation, evaluated
from apps.policy.rules.facts import CATEGORIES, CHECK, FACTS, known_name

LONGEST_TEXT = 300
MOST_TEXTS = 200
MOST_CHECKS = 2_000

_UNKNOWN: dict[str, Any] = {known_name(name): False for name in FACTS}
_KNOWN = {name: known_name(name) for name in FACTS}


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The facts of one change. ``values`` holds those that are known; ``problems`` says why others are not."""

    values: Mapping[str, Any]
    problems: dict[str, str]
    native: Any
    _answers: dict[Compiled, Any] = field(default_factory=dict)

    def answer(self, expression: Compiled) -> Any:
        """Return what an expression comes to with these facts. Rules share conditions, so each is worked out once."""
        found = self._answers.get(expression)
        if found is None:
            found = self._answers[expression] = evaluated(expression, self.native, self.problems)
        return found


def sheet_of(facts: Mapping[str, Any]) -> Sheet:
    """Return facts by name, ready to be judged. It never raises for a value.

    None is not known. What has another type, is no finite number or is too long is left out, and ``problems`` says so.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, given in facts.items():
        fact = FACTS.get(name)
        if fact is None or given is None:
            continue
        value = _READERS[fact.type](given)
        if value is None:
            problems[name] = f"The fact “{name}” is not {_WORDS[fact.type]}."
        else:
            values[name] = value
    values = _by_category(values) | values
    return Sheet(values, problems, activation(_UNKNOWN | values | {_KNOWN[name]: True for name in values}))


def _by_category(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the checks about each thing, where it is known what was measured; a thing without one has none."""
    if "evidence.checks" not in values:
        return {}
    found: dict[str, Any] = {f"evidence.{name}": [] for name in CATEGORIES}
    for check in values["evidence.checks"]:
        found.get(f"evidence.{check.get('category', 'other')}", found["evidence.other"]).append(check)
    return found


def example_problems(facts: Any) -> list[str]:
    """Return what is wrong with facts that a person wrote for an example."""
    if not isinstance(facts, Mapping):
        return ["Give facts by name."]
    unknown = [f"There is no fact called “{str(name)[:80]}”." for name in facts if name not in FACTS]
    unknown += [f"A check has no “{name}”." for name in _unknown_fields(facts)]
    return unknown + list(sheet_of({name: facts[name] for name in facts if name in FACTS}).problems.values())


def _unknown_fields(facts: Mapping[str, Any]) -> list[str]:
    checks = [
        one for given in facts.values() if isinstance(given, list) for one in given if isinstance(one, dict)
    ]
    return sorted({str(name)[:80] for one in checks for name in one if name not in CHECK})


def _yes_no(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
    return value if fits else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        return None
    return float(value) if math.isfinite(value) else None


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return None
    return value if value.isascii() or not any("\ud800" <= one <= "\udfff" for one in value) else None


def _texts(value: Any) -> list[str] | None:
    if not isinstance(value, list | tuple | set | frozenset) or len(value) > MOST_TEXTS:
        return None
    found = [_text(one) for one in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    return None if None in found else [one for one in found if one is not None]


def _checks(value: Any) -> list[dict[str, Any]] | None:
    if not isinstance(value, list | tuple) or len(value) > MOST_CHECKS:
        return None
    found = [_check(one) for one in value]
    return None if None in found else [one for one in found if one is not None]


def _check(value: Any) -> dict[str, Any] | None:
    """Return a check's known fields; what is no number in it is not known. None where it is no check."""
    if not isinstance(value, Mapping):
        return None
    return {
        name: one
        for name, given in value.items()
        if (reader := _CHECK_READERS.get(name)) is not None and (one := reader(given)) is not None
    }


_READERS: dict[FactType, Callable[[Any], Any]] = {
    FactType.YES_NO: _yes_no,
    FactType.WHOLE: _whole,
    FactType.NUMBER: _number,
    FactType.TEXT: _text,
    FactType.TEXTS: _texts,
    FactType.CHECKS: _checks,
}
_CHECK_READERS = {name: _READERS[fact.type] for name, fact in CHECK.items()}
_WORDS = {
    FactType.YES_NO: "yes or no",
    FactType.WHOLE: "a whole number below 2**53",
    FactType.NUMBER: "a finite number below 2**53",
    FactType.TEXT: f"a text of at most {LONGEST_TEXT} characters",
    FactType.TEXTS: f"a list of at most {MOST_TEXTS} texts",
    FactType.CHECKS: f"a list of at most {MOST_CHECKS:,} checks",
}
