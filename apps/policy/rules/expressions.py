"""Expressions in CEL over the declared facts: compiled with their types, worked out within bounds.

This is the only module that knows the library. The language is a part of CEL (https://cel.dev): what could build a
large value, or hide a number that is none, is left out. A division is ``ratio(a, b)``, which knows when ``b`` is zero.
Each number in a fact or an expression is below 2**53, and at most 16 signs add or multiply: every result is finite.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from apps.policy.enums import FactType
from apps.policy.rules.facts import CHECK, FACTS, known_name
from apps.policy.rules.tokens import Shape, shape_of, tokens_of, with_known
from apps.policy.rules.wrong import Wrong, field_problem, place_of, wrong_from

LONGEST = 2_000
DEEPEST_LOOPS = 2
MOST_SUMS = 16
LARGEST = float(2**53)

_INCLUDED = """
name: policy
stdlib:
  include_functions:
"""
_FUNCTIONS = (
    "_&&_", "_||_", "!_", "_?_:_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in", "@not_strictly_false",
    "_[_]", "_-_", "_*_", "-_", "size", "contains", "startsWith", "endsWith", "int",
)  # fmt: skip
_OVERLOADS = {
    "_+_": ("add_int64", "add_double", "add_list"),
    "double": ("double_to_double", "int64_to_double"),
}
_TYPES = {
    FactType.YES_NO: cel.Type.BOOL,
    FactType.WHOLE: cel.Type.INT,
    FactType.NUMBER: cel.Type.DOUBLE,
    FactType.TEXT: cel.Type.STRING,
    FactType.TEXTS: cel.Type.List(cel.Type.STRING),
    FactType.CHECKS: cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN)),
}
_KNOWN = {name: known_name(name) for name in FACTS}


class Refused(Exception):
    """An expression that cannot be taken: ``problems`` says what is wrong, each at its place."""

    def __init__(self, problems: tuple[Wrong, ...]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """An expression that has no answer here, and why. It is never a pass."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """An expression that can be worked out. ``facts`` are those that it looks at, in its order."""

    text: str
    program: Any
    facts: tuple[str, ...]


def _environment() -> Any:
    lines = [f'    - name: "{name}"' for name in _FUNCTIONS]
    for name, overloads in _OVERLOADS.items():
        lines += [
            f'    - name: "{name}"',
            "      overloads:",
            *(f'        - id: "{one}"' for one in overloads),
        ]
    variables = {fact.name: _TYPES[fact.type] for fact in FACTS.values()}
    variables |= dict.fromkeys(_KNOWN.values(), cel.Type.BOOL)
    numbers = {"int": cel.Type.INT, "double": cel.Type.DOUBLE}
    ratios = [
        cel.Overload(id=f"ratio_{a}_{b}", return_type=cel.Type.DOUBLE, parameters=[numbers[a], numbers[b]], impl=_ratio)
        for a in numbers
        for b in numbers
    ]  # fmt: skip
    return cel.NewEnv(
        config=cel.NewEnvConfigFromYaml(_INCLUDED + "\n".join(lines)),
        variables=variables,
        functions=[cel.FunctionDecl("ratio", ratios)],
    )


def _ratio(part: float, whole: float) -> float:
    if not whole:
        raise ValueError("It divides by zero.")
    found = part / whole
    if abs(found) > LARGEST:
        raise ValueError("A number becomes too large.")
    return found


_ENVIRONMENT = _environment()
_RESULTS = {"BOOL": cel.Type.BOOL, "STRING": cel.Type.STRING, "INT": cel.Type.INT, "DOUBLE": cel.Type.DOUBLE}
_WORDS = {"BOOL": "yes or no", "STRING": "a text", "INT": "a number", "DOUBLE": "a number"}


@lru_cache(maxsize=8192)
def compiled(text: str, *results: str) -> Compiled:
    """Return an expression, ready to be worked out. ``results`` are the types that it may come to.

    Raises:
        Refused: all that is wrong with it.
    """
    if problem := _unreadable(text):
        raise Refused((problem,))
    tokens = tokens_of(text)
    problems = _beyond_bounds(text, shape_of(tokens))
    if problems:
        raise Refused(tuple(problems))
    try:
        program = _ENVIRONMENT.compile(with_known(text, tokens, _KNOWN))
    except RuntimeError as error:
        raise Refused(wrong_from(str(error), text)) from error
    if not any(program.return_type() == _RESULTS[one] for one in results):
        wanted = " or ".join(dict.fromkeys(_WORDS[one] for one in results))
        raise Refused((Wrong(f"This must come to {wanted}, and comes to something else.", 1, 1),))
    names = ["".join(one.word for one in tokens[at : at + 3]) for at in range(len(tokens))]
    return Compiled(text, program, tuple(dict.fromkeys(name for name in names if name in FACTS)))


def _unreadable(text: str) -> Wrong | None:
    if not text.strip():
        return Wrong("Write an expression.", 1, 1)
    if len(text) > LONGEST:
        return Wrong(f"Keep it to {LONGEST:,} characters. It has {len(text):,}.", 1, 1)
    for at, sign in enumerate(text):
        if (sign < " " and sign not in "\n\t\r") or "\ud800" <= sign <= "\udfff" or sign == "\x7f":
            return Wrong("This holds a character that nobody can see. Take it out.", *place_of(text, at))
    return None


def _beyond_bounds(text: str, shape: Shape) -> list[Wrong]:
    """Return what could make an expression cost too much, or name what is not there."""
    found = []
    if shape.maps_at is not None:
        found.append(
            ("Rules know the loops all, exists, exists_one and filter. There is no map.", shape.maps_at)
        )
    if shape.deepest > DEEPEST_LOOPS:
        found.append(("This loops inside loops, over everything. At most two loops stand in each other.",
                      shape.deepest_at))  # fmt: skip
    if shape.sums > MOST_SUMS:
        found.append((f"This adds and multiplies too much: at most {MOST_SUMS} signs of + - *.", 0))
    for number in shape.numbers:
        if _size(number.word) >= LARGEST:
            found.append((f"“{number.word[:30]}” is too large. Numbers stay below 2**53.", number.at))
    for name in shape.fields:
        if name.word not in CHECK:
            found.append((field_problem(name.word), name.at))
    return [Wrong(message, *place_of(text, at)) for message, at in found]


def _size(number: str) -> float:
    try:
        return (
            float(int(number.rstrip("uU"), 16)) if number[:2] in ("0x", "0X") else float(number.rstrip("uU"))
        )
    except (ValueError, OverflowError):
        return 0.0 if not number.isdigit() else math.inf  # what is no number, the compiler names at its place


def activation(values: dict[str, Any]) -> Any:
    """Return facts in the library's form, once for many expressions. ``values`` is a sheet's (see `sheets`)."""
    return _ENVIRONMENT.Activation(values)


def evaluated(expression: Compiled, facts: Any, problems: dict[str, str]) -> Any:
    """Return what an expression comes to: a bool, a text, a number; or `Inconclusive`, with the reason.

    ``problems`` says of facts that were left out what was wrong with them.
    """
    try:
        found = expression.program.eval(facts)
        value = found.plain_value()
    except Exception as error:  # whatever the library cannot do is not known; a rule never fails by raising
        return Inconclusive(_reason(str(error), problems))
    if value is True or value is False:
        return value
    if found.type() == cel.Type.ERROR or found.type() == cel.Type.UNKNOWN:
        return Inconclusive(_reason(str(found), problems))
    return value


_ABSENT = re.compile(r'No value with name "([^"]+)"')
_NO_KEY = re.compile(r'Key not found in map : "?([^"]+)"?')


def _reason(error: str, problems: dict[str, str]) -> str:
    if found := _ABSENT.search(error):
        name = found.group(1)
        return problems.get(name, f"The fact “{name}” is not known.")
    if found := _NO_KEY.search(error):
        return f"A check does not say its “{found.group(1)}”."
    for part, words in _REASONS.items():
        if part in error:
            return words
    return "The rule could not be worked out."


_REASONS = {
    "divides by zero": "It divides by zero.",
    "becomes too large": "A number becomes too large.",
    "overflow": "A number becomes too large.",
    "Iteration budget exceeded": "It looks at too much: there are too many checks for loops inside loops.",
    "No matching overloads": "A value is of another type than the rule takes.",
    "Index": "It asks for an element that the list does not have.",
}
