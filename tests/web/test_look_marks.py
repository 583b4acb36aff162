"""The marks and times that every page shows."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.template import Context, Template

from apps.changes.enums import ChangeState
from apps.core import clock
from apps.web import dates, marks

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def render(source: str, **context: object) -> str:
    return Template("{% load portal %}" + source).render(Context(context))


@pytest.mark.parametrize("state", ChangeState.values)
def test_state_chip_for_every_change_state_has_an_icon_and_a_word(state: str) -> None:
    chip = marks.state_chip(state)
    assert state in marks.STATES
    assert 'class="chip c-' in chip
    assert "icons.svg#i-" in chip
    assert marks.STATES[state][1] in chip


def test_state_chip_with_own_word_escapes_it() -> None:
    assert "&lt;b&gt;" in marks.state_chip("in_review", "<b>")


@pytest.mark.parametrize(
    ("level", "word", "steps"), [(1, "Low", 1), ("moderate", "Moderate", 2), (4, "Severe", 4)]
)
def test_risk_shows_its_steps_and_its_word(level: int | str, word: str, steps: int) -> None:
    shown = marks.risk(level)
    assert shown.count('class="on"') == steps
    assert shown.count('class="off"') == 4 - steps
    assert f"{word}<span" in shown


def test_risk_not_assessed_is_written_out() -> None:
    assert "Not assessed" in marks.risk(0)


def test_digest_keeps_its_first_eight_and_last_four() -> None:
    shown = marks.digest("9f3c07d2" + "a" * 52 + "b21e")
    assert ">9f3c07d2…b21e<" in shown
    assert 'title="9f3c07d2aaaa' in shown


def test_every_icon_that_a_chip_names_is_in_the_sprite() -> None:
    sprite = (settings.BASE_DIR / "static" / "icons.svg").read_text()
    for name in {*marks.CHIP_ICONS.values(), *marks.SAY_ICONS.values()}:
        assert f'id="i-{name}"' in sprite


def test_when_in_this_year_leaves_the_year_out() -> None:
    start = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)
    assert dates.when(start, "Europe/London") == "Thu 19 Nov, 06:00"
    assert dates.when(start.replace(year=2027), "Europe/London") == "Fri 19 Nov 2027, 06:00"


def test_when_in_summer_shows_the_readers_wall_clock() -> None:
    assert dates.when(datetime(2026, 7, 1, 6, 0, tzinfo=UTC), "Europe/London") == "Wed 1 Jul, 07:00"


def test_window_over_midnight_names_both_days() -> None:
    start = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
    assert dates.window(start, start + timedelta(hours=1), "UTC") == "Thu 19 Nov, 22:00 to 23:00"
    assert dates.window(start, start + timedelta(hours=4), "UTC") == "Thu 19 Nov, 22:00 to Fri 20 Nov, 02:00"


def test_zone_is_named_by_offset_and_place() -> None:
    assert dates.zone_name(NOON, "Europe/London") == "GMT, Europe/London"
    assert dates.zone_name(NOON, "America/Sao_Paulo") == "UTC-03, America/Sao_Paulo"
    assert dates.zone_name(NOON, "UTC") == "UTC"


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (timedelta(days=2, hours=3), "2 days left"),
        (timedelta(hours=1), "1 hour left"),
        (timedelta(seconds=20), "less than a minute left"),
        (timedelta(0), "Overdue by less than a minute"),
        (timedelta(hours=-5), "Overdue by 5 hours"),
    ],
)
def test_left_says_how_long_or_how_late(away: timedelta, said: str) -> None:
    assert dates.left(NOON + away) == said


def test_filters_of_nothing_are_empty_and_numbers_say_not_measured() -> None:
    assert render("{{ x|when }}{{ x|day }}{{ x|left }}{% time x %}", x=None) == ""
    assert render("{{ x|thousands }} {{ y|thousands }}", x=None, y=48213) == "Not measured 48,213"


def test_day_of_a_plain_date() -> None:
    assert render("{{ x|day }}", x=date(2026, 11, 9)) == "Mon 9 Nov"


def test_crumbs_mark_the_page_itself() -> None:
    shown = render("{% crumbs 'Changes' '/changes/' 'CHG-1042' %}")
    assert '<a href="/changes/">Changes</a>' in shown
    assert '<li aria-current="page">CHG-1042</li>' in shown


@pytest.mark.parametrize(
    ("status", "part"),
    [
        ("signed", 'class="sig"'),
        ("open", "Nobody yet"),
        ("you", "Waiting for you"),
        ("stale", "Must look again"),
    ],
)
def test_signature_block_says_how_it_stands(status: str, part: str) -> None:
    assert part in render("{% signature 'Data Steward' 'loans' '' s 'by Thu' %}", s=status)
