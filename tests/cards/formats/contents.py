"""Contents of cards, made up: every field, in its shape."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from apps.cards.rules.checking import check
from apps.cards.rules.fields import FIELDS, CardField, is_filled
from apps.cards.rules.kinds import Column, Keeper, Kind

_ODD = [
    "no",
    "007",
    "1.10",
    "~",
    "- a\n- b",
    "# Limitations\nx",
    "```\n# code\n```",
    "<!-- c -->",
    "a: b",
    "|",
    "é 漢 🙂",
]
_TEXTS = st.one_of(
    st.sampled_from(_ODD), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
)
_LINES = _TEXTS.map(lambda text: " ".join(text.split()))
_NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
_OF_KIND: dict[Kind, Any] = {
    Kind.LINE: _LINES,
    Kind.MARKDOWN: st.lists(_TEXTS, max_size=3).map("\n\n".join),
    Kind.DATE: st.dates(dt.date(1900, 1, 1)).map(dt.date.isoformat),
    Kind.NUMBER: st.none() | _NUMBERS,
    Kind.COUNT: st.none() | st.integers(1, 10**9),
    Kind.LIST: st.lists(_LINES, max_size=3),
}


def _value(kind: Kind, choices: tuple[tuple[str, str], ...]) -> Any:
    return st.sampled_from(["", *dict(choices)]) if kind is Kind.CHOICE else _OF_KIND[kind]


def _row(columns: tuple[Column, ...]) -> Any:
    return st.fixed_dictionaries({each.name: _value(each.kind, each.choices) for each in columns})


def _field(field: CardField) -> Any:
    if field.columns:
        return st.lists(_row(field.columns), max_size=3)
    return _value(field.kind, field.choices)


def _right(raw: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is wrong, and name the model: a card keeps what is right, and the portal gives the name."""
    checked = check(raw, Keeper.PORTAL).content
    return {"name": "A model"} | {name: value for name, value in checked.items() if is_filled(value)}


CONTENTS = st.fixed_dictionaries(
    {}, optional={field.name: _field(field) for field in FIELDS if field.kind is not Kind.PEOPLE}
).map(_right)
