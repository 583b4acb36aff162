from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_long_end_at_midnight_is_the_end_of_the_day_before() -> None:
    midnight = datetime(2026, 7, 9, 23, tzinfo=UTC)
    assert grammar.long_end(midnight, LONDON, TODAY) == "the end of Thursday 9 July"
    assert grammar.long_end(midnight, ZoneInfo("UTC"), TODAY) == "Thursday 9 July, 23:00"


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


@pytest.mark.parametrize(
    ("noun", "many"),
    [("feature set", "feature sets"), ("person", "people"), ("analysis", "analyses"), ("key", "keys")],
)
def test_plural_of_irregular_and_compound_nouns_is_english(noun: str, many: str) -> None:
    assert grammar.plural(noun) == many


@given(st.lists(st.sampled_from(["Lending", "loan-app", "a b"]), max_size=6), st.integers(1, 6))
def test_list_of_any_length_names_or_counts_every_word_once(words: list[str], limit: int) -> None:
    said = grammar.some_of(words, limit)
    more = len(words) - limit
    assert said.count(" and ") == (min(len(words), limit + 1) > 1)
    assert (f"{more} more" in said) is (more > 0)
    assert sum(said.count(word) for word in {*words[:limit]}) == len(words[:limit])


@given(st.integers(0, 10_000), st.sampled_from(["change", "policy", "person", "box"]))
def test_count_has_the_singular_for_one_alone(number: int, noun: str) -> None:
    said = grammar.count(number, noun)
    assert said.endswith(f" {noun}") is (number == 1)
    assert said.split()[0] == f"{number:,}"


ZONES = ["Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "Africa/Casablanca", "Europe/London"]


@given(st.integers(0, 15 * 366 * 24 * 60), st.sampled_from(ZONES))
def test_moment_in_any_zone_reads_back_to_the_same_wall_clock(minutes: int, name: str) -> None:
    zone = ZoneInfo(name)
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    local = moment.astimezone(zone)
    said = grammar.long_moment(moment, zone, TODAY)
    form = "%A %d %B, %H:%M" if local.year == 2026 else "%A %d %B %Y, %H:%M"
    read = datetime.strptime(f"{said} +0000", f"{form} %z")
    assert (read.month, read.day, read.hour, read.minute) == (
        local.month,
        local.day,
        local.hour,
        local.minute,
    )
    assert f"{local:%A}" in said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 9), date(2026, 11, 15), "9 to 15 November 2026"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 November to 6 December 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 to 3 January 2027"),
    ],
)
def test_span_names_each_month_and_year_once(first: date, last: date, said: str) -> None:
    assert grammar.span_of_days(first, last) == said
