"""What is wrong with an expression: the library's errors in plain words, each at its line and column."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from apps.policy.rules.facts import CHECK, FACTS
from apps.policy.rules.tokens import LOOPS


@dataclass(frozen=True, slots=True)
class Wrong:
    """One error. ``line`` and ``column`` count from 1, in characters; the caret stands there."""

    message: str
    line: int
    column: int


def place_of(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column of an offset."""
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '\((.*)\)'")
_SYNTAX = re.compile(
    r"(?:mismatched|extraneous) input '(.*?)' expecting|no viable alternative at input '(.*)'"
)
_TOKEN = re.compile(r"token recognition error at: '(.*)'")
_TYPES = {
    "int": "a whole number",
    "double": "a number",
    "string": "a text",
    "bool": "yes or no",
    "dyn": "a value",
    "null_type": "null",
    "map(string, dyn)": "a check",
}
_REMOVED = {
    "_/_": "Write ratio(a, b) for a division. It knows when b is zero.",
    "_%_": "There is no remainder in rules.",
    "matches": "There are no patterns in rules. Use contains, startsWith or endsWith.",
}
_SIGNS = {"and": "&&", "or": "||", "not": "!", "is": "==", "=": "==", "=>": ">=", "=<": "<=", "<>": "!="}


def wrong_from(error: str, text: str) -> tuple[Wrong, ...]:
    """Return the library's errors in plain words; what only follows from another is left out."""
    found = []
    for line, column, message in _ERROR.findall(error):
        if "expression of type '*error*'" in message:
            continue
        found.append(_wrong(message, max(int(line), 1), max(int(column), 1), text))
    if not found:
        deep = "recursion" in error
        found = [Wrong("Brackets stand in each other too deep." if deep else "This is no expression.", 1, 1)]
    return tuple(dict.fromkeys(found[:1] if "Syntax error" in error else found))


def _wrong(message: str, line: int, column: int, text: str) -> Wrong:
    if undeclared := _UNDECLARED.search(message):
        return _undeclared(undeclared.group(1), line, column, text)
    if overload := _OVERLOAD.search(message):
        return Wrong(_mismatch(*overload.groups()), line, column)
    if syntax := _SYNTAX.search(message):
        return _syntax(syntax.group(1) or syntax.group(2) or "", line, column, text)
    if token := _TOKEN.search(message):
        return _syntax(token.group(1).strip(), line, column, text)
    if "select operation" in message:
        return Wrong("This has no parts that could be asked for.", line, column)
    if "recursion" in message:
        return Wrong("Brackets or signs stand in each other too deep.", line, column)
    return Wrong(message.removeprefix("Syntax error: ").split(" expecting {")[0][:200], line, column)


def _syntax(word: str, line: int, column: int, text: str) -> Wrong:
    """Return what to say of a word that cannot stand there; it may be the word before it that should not."""
    written = text.split("\n")[line - 1][: column - 1]
    before = written.split()[-1:]
    if word not in _SIGNS and before and before[0] in _SIGNS:
        word, column = before[0], written.rindex(before[0]) + 1
    if word in _SIGNS:
        return Wrong(f"“{word}” is written {_SIGNS[word]} here.", line, column)
    return Wrong(
        "The expression ends too early." if word == "<EOF>" else f"“{word}” is not expected here.",
        line,
        column,
    )


def _undeclared(name: str, line: int, column: int, text: str) -> Wrong:
    if name in LOOPS:
        return Wrong(f"A loop has a name and a condition: {name}(c, c.value > 0.0).", line, column)
    if name in _REMOVED:
        return Wrong(_REMOVED[name], line, column)
    written = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
    start = _start_of(name, written, column)
    after = written[start - 1 :].removeprefix(name.rpartition(".")[0] or name).lstrip()
    if after.startswith("("):
        return Wrong(f"There is no function called “{name}”.", line, start)
    full = re.match(r"[\w.]+", written[start - 1 :])
    whole = full.group() if full and full.group().startswith(name) else name
    return Wrong(f"There is no fact called “{whole}”.{_meant(whole, list(FACTS))}", line, start)


def _start_of(name: str, written: str, column: int) -> int:
    """Return where a name starts; the library points at its last dot."""
    at = written.rfind(name, 0, column + len(name))
    return at + 1 if at >= 0 and at < column <= at + len(name) else column


def field_problem(name: str) -> str:
    """Return what to say of a field that checks do not have."""
    return f"A check has no “{name}”.{_meant(name, list(CHECK))}"


def _meant(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean “{close[0]}”?" if close else ""


def _mismatch(operator: str, types: str) -> str:
    """Return what to say when a sign or a function does not go with what it is given."""
    sign = operator.strip("_").replace("@in", "in").replace("[_]", "[ ]").replace("?_:", "? :")
    given = [_TYPES.get(one.strip(), "a list" if one.strip().startswith("list") else one.strip())
             for one in re.split(r",\s*(?![^(]*\))", types)]  # fmt: skip
    said = " and ".join(given)
    if set(types.replace(" ", "").split(",")) == {"int", "double"}:
        return f"“{sign}” does not go with {said}. Write 3 as 3.0, or double(…) around the whole number."
    return f"“{sign}” does not go with {said}."
