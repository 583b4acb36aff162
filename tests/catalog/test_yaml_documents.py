"""Documents are read one by one, and nothing in one can hurt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.rules.yaml_documents import MAX_VALUES, read_documents


def test_read_documents_keeps_what_can_be_read_beside_what_cannot() -> None:
    good, bad, other = read_documents("---\na: 1\n---\nb: [1,\n---\nc: 2\n")
    assert (good.place, good.value) == (1, {"a": 1})
    assert (bad.place, bad.value) == (2, None)
    assert "line 5" in bad.problem
    assert (other.place, other.value) == (3, {"c": 2})


def test_read_documents_counts_empty_documents_but_leaves_them_out() -> None:
    assert [(found.place, found.value) for found in read_documents("# hello\n---\n---\na: b\n---\n")] == [
        (2, {"a": "b"})
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.10", "1.10"), ("1.5", 1.5), ("007", 7), ("2026-01-01", "2026-01-01"), ("yes", "yes"), ("on", "on"),
        ("true", True), ("~", None), ("'true'", "true"), ("0x10", "0x10"), ("1_000", "1_000"), (".inf", ".inf"),
        ("!!python/object:os.system x", "x"),
    ],
)  # fmt: skip
def test_read_documents_takes_scalars_as_they_were_meant(text: str, value: object) -> None:
    assert read_documents(f"a: {text}")[0].value == {"a": value}


def test_read_documents_follows_aliases_and_merge_keys() -> None:
    text = "base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  y: 3\n"
    assert read_documents(text)[0].value["other"] == {"x": 1, "y": 3}


def _bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_bomb(9), "aliases are followed"),
        ("a: &a " + "x y " * 5_000 + "\nb: [" + "*a, " * 2_000 + "]", "repeat more than 1,000,000 letters"),
        ("a: &a {<<: [{b: 1}, {b: 2}], c: *a}", "no anchor before it"),
        ("a: &a [*a]", "no anchor before it"),
        ("a: " + "[" * 400_000, "nested deeper"),
        ("{a: " * 100_000, "nested deeper"),
        ("a: [" + "x, " * (MAX_VALUES + 1) + "]", "more than 50,000 values"),
        ('a: "\\0"', "no database keeps"),
        ("a: 1\na: 2", "stands twice"),
        ("[1, 2]: 3", "key of a mapping"),
        ("<<: 3", "not a mapping"),
        ("\x01", "not valid YAML"),
    ],
)
def test_read_documents_refuses_what_would_hurt_in_plain_words(text: str, said: str) -> None:
    began = time.process_time()
    (found,) = read_documents(text)
    assert said in found.problem
    assert time.process_time() - began < 2


def test_read_documents_of_many_documents_takes_linear_time() -> None:
    began = time.process_time()
    assert len(read_documents("---\na: 1\n" * 20_000)) == 20_000
    assert len(read_documents("\n" * 500_000 + "x")) == 1
    assert time.process_time() - began < 10


@given(st.text(max_size=200))
def test_read_documents_of_any_text_never_raises(text: str) -> None:
    read_documents(text)
