from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from apps.insights.rules import grammar

LONDON = ZoneInfo("Europe/London")
TODAY = datetime(2026, 11, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "joined"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_join_and_any_length_reads_well(words: list[str], joined: str) -> None:
    assert grammar.join_and(words) == joined


def test_some_of_long_list_counts_the_rest() -> None:
    assert grammar.some_of(["a", "b", "c", "d"], 2) == "a, b and 2 more"


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [(1, "service", "1 service"), (2, "policy", "2 policies"), (0, "day", "0 days"), (3, "box", "3 boxes")],
)
def test_count_any_number_agrees_with_its_noun(number: int, noun: str, said: str) -> None:
    assert grammar.count(number, noun) == said


def test_sentences_of_wrapped_lines_and_bullets_are_whole() -> None:
    text = "we retrain the\nmodel. It learns more\n\n- first thing\n- second thing, at 3.5 points"
    assert grammar.sentences(text) == [
        "We retrain the model.",
        "It learns more.",
        "First thing.",
        "Second thing, at 3.5 points.",
    ]


def test_fit_first_sentence_too_long_is_cut_and_says_so() -> None:
    assert grammar.fit(["One two three four five."], 3) == "One two three…"


def test_fit_later_sentence_too_long_is_left_out_whole() -> None:
    assert grammar.fit(["One two.", "Three four five."], 4) == "One two."


def test_long_moment_in_summer_is_in_the_zone_given() -> None:
    moment = datetime(2026, 7, 9, 16, tzinfo=UTC)
    assert grammar.long_moment(moment, LONDON, TODAY) == "Thursday 9 July, 17:00"


def test_long_day_of_another_year_names_it() -> None:
    day = datetime(2027, 1, 4, 12, tzinfo=UTC)
    assert grammar.long_day(day, LONDON, TODAY) == "Monday 4 January 2027"


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "less than a minute"), (1, "1 minute"), (90, "1 hour and 30 minutes"), (2880, "2 days")],
)
def test_duration_any_length_names_two_units(minutes: int, said: str) -> None:
    assert grammar.duration(minutes) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(0.82, "", "0.82"), (1200.0, "", "1,200"), (90.0, "ms", "90 ms"), (4.1, "%", "4.1%"), (0.0, "", "0")],
)
def test_figure_any_value_has_no_needless_digits(value: float, unit: str, said: str) -> None:
    assert grammar.figure(value, unit) == said
