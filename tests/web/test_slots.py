"""The page that finds the next free slot."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.calendar.rules import span_from_local
from apps.core import clock
from tests.changes.estate import NOW, Estate, submitted
from tests.planning import declared
from tests.web.reading import Enter


@pytest.fixture(autouse=True)
def now() -> object:
    with clock.moved_to(NOW):
        yield


def test_slot_when_taken_fills_in_the_form_that_moves_the_change(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    client = enter("amara")
    text = client.get(f"/calendar/slots/?change={change.ref.lower()}").content.decode()
    assert "of 91 days have room." in text
    assert "Meets nothing" in text
    found = re.search(r'href="(/calendar/move/[^"]*)"', text)
    assert found
    form = client.get(unescape(found[1])).content.decode()
    assert "This time is free." in form


def test_slots_when_a_freeze_stands_over_all_say_what_holds_every_day(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    year = span_from_local("2026-01-01T00:00", "2027-12-31T00:00", "Europe/London")
    declared(estate.actor("leila"), year, name="Year of quiet")
    text = enter("amara").get(f"/calendar/slots/?change={change.ref}").content.decode()
    assert "No free slot" in text
    assert "Every day is held by Year of quiet." in text


def test_slots_for_components_alone_offer_times_and_take_none(estate: Estate, enter: Enter) -> None:
    submitted(estate)
    path = "/calendar/slots/?components=model:default/credit-risk&minutes=90&opens=09:00&closes=17:00"
    text = enter("amara").get(path).content.decode()
    assert "When it could go" in text
    assert "09:00" in text
    assert "/calendar/move/" not in text


def test_slots_when_a_change_and_a_day_are_given_take_its_length_and_90_days_from_there(
    estate: Estate, enter: Enter
) -> None:
    change = submitted(estate)
    text = enter("amara").get(f"/calendar/slots/?change={change.ref}&minutes=&first=2027-03-01")
    assert "For 2 hours 30 minutes, from Mon 1 Mar 2027 to Sun 30 May 2027:" in unescape(
        text.content.decode()
    )
    assert "Mon 1 Mar 2027, 00:00 to 02:30" in text.content.decode()
    assert f'<option value="{change.ref}">' in text.content.decode()


def test_slots_for_components_by_name_are_those_of_the_key(estate: Estate, enter: Enter) -> None:
    text = enter("amara").get("/calendar/slots/?components=Credit-Risk&minutes=90").content.decode()
    assert "91 of 91 days have room." in text
    assert estate


def test_slots_of_another_are_asked_for_and_cannot_be_taken(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    text = enter("henrik").get(f"/calendar/slots/?change={change.ref}").content.decode()
    assert "Take this time" not in text
    assert "Ask for this time" in text
    assert "Meets nothing" in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("change=CHG-99999", "There is no change “CHG-99999”."),
        ("minutes=60", "Name a change, or what moves."),
        (
            "components=model:default/none&minutes=60",
            "There is no component “model:default/none”. Write its name",
        ),
        ("components=credit-risk", "Say how long it takes."),
        ("change={ref}&first=2031-12-01", "Plan at most 5 years ahead."),
        ("change={ref}&minutes=1", "greater than or equal to 15"),
        ("change={ref}&minutes=999999999999", "less than or equal to"),
        ("change={ref}&first=9999-12-31", "Choose a year from 1970 to 2999."),
        ("change={ref}&opens=10:00&closes=09:00", "The end must be after the start."),
    ],
)
def test_slots_when_asked_what_cannot_be_say_so_at_the_field(
    estate: Estate, enter: Enter, asked: str, said: str
) -> None:
    change = submitted(estate)
    response = enter("amara").get(f"/calendar/slots/?{asked.format(ref=change.ref)}")
    assert response.status_code == 422
    assert said in response.content.decode()


def test_slots_page_asks_the_same_however_much_is_planned(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    client, path = enter("amara"), f"/calendar/slots/?change={change.ref}"
    counts = []
    for number in range(3):
        submitted(estate, start=f"2026-11-2{number}T07:00", end=f"2026-11-2{number}T09:00")
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        counts.append(len(captured))
    assert counts[0] == counts[2] == 19
