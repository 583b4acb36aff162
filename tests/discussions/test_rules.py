"""What may be said, whom it names, and how long it may be worded again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.discussions.rules.words import (
    BURST,
    EDIT_TIME,
    LONGEST,
    burst_problem,
    clean,
    may_edit,
    may_withdraw,
    named_in,
    pieces,
    text_problem,
)

NOW = datetime(2026, 11, 9, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@amara.okafor please", ["amara.okafor"]),
        ("Ask @noor.rahimi.", ["noor.rahimi"]),
        ("(@ann) and @bob, @ann again", ["ann", "bob"]),
        ("ann@example.org wrote", []),
        ("50 @ 3", []),
        ("@", []),
        ("https://x.org/@ann", []),
        ("@zoë", ["zoë"]),
    ],
)
def test_named_in_finds_user_names_and_no_addresses(text: str, names: list[str]) -> None:
    assert named_in(text) == names


@given(st.text(alphabet="@ab. -/\n", max_size=60))
def test_pieces_lose_nothing_of_a_text(text: str) -> None:
    assert "".join(piece.text for piece in pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write something first."),
        ("x" * LONGEST, ""),
        ("x" * (LONGEST + 1), "Shorten this to 4,000 characters. It has 4,001."),
        (" ".join(f"@p{n}" for n in range(11)), "Name at most 10 people"),
    ],
)
def test_text_problem_says_what_is_wrong(text: str, said: str) -> None:
    assert text_problem(text).startswith(said)
    assert bool(text_problem(text)) == bool(said)


def test_clean_keeps_one_kind_of_line_end_and_no_nul() -> None:
    assert clean(" a\r\nb\rc\x00 \n") == "a\nb\nc"


def test_burst_is_refused_kindly_from_the_twentieth_on() -> None:
    assert burst_problem(BURST - 1) == ""
    assert "Wait a little" in burst_problem(BURST)


def test_edit_when_its_time_is_over_says_to_reply() -> None:
    own = {"own": True, "withdrawn": False, "written_at": NOW}
    assert may_edit(**own, now=NOW + EDIT_TIME - timedelta(seconds=1))
    late = may_edit(**own, now=NOW + EDIT_TIME)
    assert not late
    assert "15 minutes" in late.reason
    assert "Reply" in late.remedy


def test_comment_of_another_or_withdrawn_is_not_changed() -> None:
    assert "Only its author" in may_withdraw(own=False, withdrawn=False).reason
    assert "withdrawn this" in may_withdraw(own=True, withdrawn=True).reason
