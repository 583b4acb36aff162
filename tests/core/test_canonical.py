import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.canonical import NotCanonical, canonical_bytes, digest

# Between 2**53 and 1e21 a float is written as an integer, which a reader could not hold exactly.
exact_floats = st.floats(-(2**53), 2**53, exclude_min=True, exclude_max=True) | st.floats(1e21, 1e308)
exact_numbers = st.integers(-(2**53) + 1, 2**53 - 1) | exact_floats
text = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | exact_numbers | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_canonical_bytes_read_back_give_the_same_value(value: object) -> None:
    # RFC 8785 knows one kind of number, the double.
    assert json.loads(canonical_bytes(value), parse_int=float) == value


@given(st.dictionaries(text, values, max_size=5))
def test_digest_of_reordered_keys_is_the_same(value: dict[str, object]) -> None:
    assert digest(dict(reversed(value.items()))) == digest(value)


@pytest.mark.parametrize(
    "trap", [float("nan"), float("inf"), 2**53 + 1, float(2**53), -1e20, "\ud800", {"a": -float("inf")}]
)
def test_canonical_bytes_of_a_trap_is_refused(trap: object) -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes(trap)
