"""What a change of the clocks looks like: one hour is marked, wherever the time starts."""

from datetime import UTC, datetime

from apps.calendar.rules import Recurrence
from apps.web.planning.turns import Turn, turns_of

NOVEMBER = datetime(2026, 11, 10, 9, tzinfo=UTC)


def sundays(start: str, end: str) -> tuple[Turn, ...]:
    times = f"2027-01-03T{start}", f"2027-01-03T{end}"
    return turns_of(Recurrence(*times, "Europe/London", "FREQ=WEEKLY"), "this window", NOVEMBER)


def marked(turn: Turn) -> list[tuple[str, float]]:
    return [(piece.mark, piece.width) for piece in turn.pieces]


def test_strip_when_it_starts_at_a_half_hour_marks_one_hour() -> None:
    spring, autumn = sundays("00:30", "03:00")
    assert marked(spring) == [("frz", 50.4), ("off", 100.8), ("frz", 100.8)]
    assert marked(autumn) == [("frz", 50.4), ("twice", 100.8), ("frz", 100.8)]
    assert [label for _, label in spring.ticks] == ["00:30", "01", "02", "03"]
    assert (spring.said, spring.said_at) == ("skipped", 116.8)


def test_strip_when_the_end_is_skipped_ends_where_it_really_does() -> None:
    spring = sundays("00:00", "01:30")[0]
    assert [label for _, label in spring.ticks] == ["00", "01", "02", "02:30"]
    assert [mark for mark, _ in marked(spring)] == ["frz", "off", "frz"]


def test_strip_when_it_starts_in_hours_that_come_twice_is_left_to_the_words() -> None:
    autumn = sundays("01:30", "04:00")[1]
    assert autumn.pieces == ()
    assert "01:30 comes twice" in autumn.sentence


def test_turns_of_what_happens_once_are_those_that_make_it_longer_or_shorter() -> None:
    def once(start: str, end: str) -> tuple[Turn, ...]:
        return turns_of(Recurrence(start, end, "Europe/London"), "this freeze", NOVEMBER)

    assert once("2027-03-29T08:00", "2027-03-30T08:00") == ()
    assert once("2027-01-01T00:00", "2028-01-01T00:00") == ()
    week = once("2027-03-25T18:00", "2027-04-01T08:00")
    assert [turn.title for turn in week] == ["Sun 28 March 2027: 6 days 13 hours"]
    assert [label for _, label in week[0].ticks] == ["… 21", "22", "23", "00", "01", "02", "03", "04", "05 …"]
