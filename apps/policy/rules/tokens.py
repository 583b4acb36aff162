"""What an expression is made of, as far as its bounds need it: names, calls, loops and sums."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<number>\d[\w.]*(?:(?<=[eE])[+-]\d+)?)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>&&|\|\||[=!<>]=|.)""",
    re.VERBOSE | re.DOTALL,
)
LOOPS = frozenset({"all", "exists", "exists_one", "filter"})
_SUMS = frozenset("+-*")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression: its kind (text, number, name, mark), and where it starts."""

    kind: str
    word: str
    at: int


@dataclass
class Shape:
    """What bounds the cost of an expression. Places are offsets into its text."""

    deepest: int = 0
    deepest_at: int = 0
    sums: int = 0
    numbers: list[Token] = field(default_factory=list)
    fields: list[Token] = field(default_factory=list)
    maps_at: int | None = None


def tokens_of(text: str) -> list[Token]:
    """Return the words of an expression without its spaces and comments."""
    return [
        Token(str(found.lastgroup), found.group(), found.start())
        for found in _TOKEN.finditer(text)
        if found.lastgroup != "skip"
    ]


def shape_of(tokens: list[Token]) -> Shape:
    """Return how deep loops stand in each other, how much is added up, and which fields of an element are named."""
    shape = Shape(sums=sum(one.kind == "mark" and one.word in _SUMS for one in tokens))
    shape.numbers = [one for one in tokens if one.kind == "number"]
    brackets: list[str] = []
    variables = {one.word for _, one in _loops(tokens)}
    starts = {start for start, _ in _loops(tokens)}
    for index, token in enumerate(tokens):
        if token.word in ("(", "[", "{"):
            brackets.append("loop" if index in starts else "")
            if brackets.count("loop") > shape.deepest:
                shape.deepest, shape.deepest_at = brackets.count("loop"), token.at
        elif token.word in (")", "]", "}") and brackets:
            brackets.pop()
        elif token.word == "." and _is_call(tokens, index, "map") and shape.maps_at is None:
            shape.maps_at = token.at
        elif token.word == "." and index and _is_field(tokens, index, variables):
            shape.fields.append(tokens[index + 1])
    return shape


def with_known(text: str, tokens: list[Token], known: Mapping[str, str]) -> str:
    """Return an expression in which ``has(fact)`` is the variable that says so. No place in it moves."""
    for index in range(len(tokens) - 5):
        words = [one.word for one in tokens[index : index + 6]]
        name = "".join(words[2:5])
        if words[:2] == ["has", "("] and words[5] == ")" and name in known:
            start, end = tokens[index].at, tokens[index + 5].at + 1
            text = text[:start] + known[name].ljust(end - start) + text[end:]
    return text


def _loops(tokens: list[Token]) -> Iterator[tuple[int, Token]]:
    """Yield where each loop's bracket opens, with the name of its variable."""
    for index in range(len(tokens) - 4):
        dot, call, bracket, variable, comma = tokens[index : index + 5]
        if dot.word == "." and call.word in LOOPS and bracket.word == "(" and comma.word == ",":
            yield index + 2, variable


def _is_call(tokens: list[Token], dot: int, name: str) -> bool:
    return [one.word for one in tokens[dot + 1 : dot + 3]] == [name, "("]


def _is_field(tokens: list[Token], dot: int, variables: set[str]) -> bool:
    """Return whether a dot asks an element of a list for a field: after its variable, an index, or a bracket."""
    before, after = tokens[dot - 1], tokens[dot + 1 : dot + 3]
    asks = before.word in variables or before.word in ("]", ")")
    called = len(after) == 2 and after[1].word == "("
    return asks and bool(after) and after[0].kind == "name" and not called
