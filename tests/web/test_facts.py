"""Facts of entries, as people read them."""

import pytest

from apps.web.facts import fact

MOVES = [
    {"component": "model:default/credit-risk", "from": "2", "to": "3"},
    {"component": "service:default/gateway", "from": "", "to": "1.0"},
]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("state", "in_review", "In review"),
        ("items", MOVES, "model:default/credit-risk: 2 → 3\nservice:default/gateway: nothing → 1.0"),
        ("items", [], "None"),
        ("at", "2026-11-19T06:00:00Z", "Thu 19 Nov, 06:00 UTC"),
    ],
)
def test_fact_is_said_in_words(name: str, value: object, text: str) -> None:
    assert (fact(name, value).text, fact(name, value).code) == (text, False)


def test_fact_of_another_shape_is_shown_as_it_was_hashed() -> None:
    shown = fact("items", [{"component": "x"}])
    assert (shown.code, "component" in shown.text) == (True, True)
