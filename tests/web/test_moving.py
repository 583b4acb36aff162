"""The page that moves a change, by form or as it is filled in by a drag."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.calendar.models import Booking
from apps.calendar.rules import Rulebook
from apps.calendar.services import write_rulebook
from apps.changes.enums import ChangeState
from apps.changes.services import move_change
from apps.core import clock
from tests.changes.estate import NOW, Estate, approved, fresh, submitted
from tests.web.reading import Enter

WINDOW = {"time_zone": "Europe/London", "local_start": "2026-11-20T06:00", "local_end": "2026-11-20T08:30"}


@pytest.fixture(autouse=True)
def now() -> object:
    with clock.moved_to(NOW):
        yield


def seen(text: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', text)
    return found[1] if found else ""


def test_move_when_looked_at_says_what_it_meets_and_costs_and_then_moves(
    estate: Estate, enter: Enter
) -> None:
    change = approved(estate)
    client = enter("amara")
    path = f"/calendar/move/{change.ref}/"
    text = client.post(path, WINDOW | {"step": "look"}).content.decode()
    assert "This time is free." in text
    assert "2 of 3 signatures must be given again." in text
    assert "Changed since revision 1: the window." in text
    assert fresh(change).state == ChangeState.APPROVED
    response = client.post(path, WINDOW | {"step": "move", "seen": seen(text)}, follow=True)
    assert response.redirect_chain == [(f"/changes/{change.ref}/", 302)]
    assert "2 signatures are asked again." in response.content.decode()
    assert Booking.objects.get(ref=change.ref).local_start == "2026-11-20T06:00"


def test_move_by_drag_shows_the_reason_for_short_notice_and_sends_it_as_shown(
    estate: Estate, enter: Enter
) -> None:
    change, client = submitted(estate), enter("amara")
    document = Rulebook(notice={"normal": 60}).document()
    write_rulebook(actor=estate.actor("leila"), document=document, reason="Two months ahead.")
    given = WINDOW | {"late_reason": "The supplier leaves."}
    move_change(actor=estate.actor("amara"), change=change, **given)
    text = client.get(f"/calendar/move/{change.ref}/?by=1").content.decode()
    reason = re.search(r'name="late_reason"[^>]*>\s*([^<]*)</textarea>', text)
    assert reason
    asked = {"time_zone": "Europe/London", "local_start": "2026-11-21T06:00", "local_end": "2026-11-21T08:30"}
    asked |= {"late_reason": reason[1], "step": "move", "seen": seen(text)}
    assert client.post(f"/calendar/move/{change.ref}/", asked).status_code == 302
    moved = fresh(change)
    assert (moved.local_start, moved.late_reason) == ("2026-11-21T06:00", "The supplier leaves.")


def test_move_when_it_collides_shows_the_path(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    other = submitted(estate, start="2026-11-20T07:00", end="2026-11-20T09:00")
    text = enter("amara").post(f"/calendar/move/{change.ref}/", WINDOW | {"step": "look"}).content.decode()
    assert f"{other.ref} moves credit-risk at the same time." in text


def test_move_when_what_it_meets_blocks_leads_to_a_free_slot_first(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    submitted(estate, start="2026-11-20T07:00", end="2026-11-20T09:00")
    text = enter("amara").post(f"/calendar/move/{change.ref}/", WINDOW | {"step": "look"}).content.decode()
    first = re.search(r'<a class="btn btn-primary[^"]*" href="([^"]*)"', text)
    assert first
    assert first[1] == f"/calendar/slots/?change={change.ref}&amp;minutes=150"
    assert "There it cannot be approved or start until what blocks it is settled or moves away." in text
    assert f"Move {change.ref} there and wait" in text


@pytest.mark.parametrize("step", ["look", "move"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"local_start": "2026-11-01T06:00"}, "This time has passed."),
        ({"local_end": "2036-12-06T06:00"}, "Plan at most 5 years ahead."),
    ],
)
def test_move_when_nobody_can_plan_the_time_says_so_and_not_that_it_is_free(
    estate: Estate, enter: Enter, step: str, wrong: dict[str, str], said: str
) -> None:
    change = submitted(estate)
    response = enter("amara").post(f"/calendar/move/{change.ref}/", WINDOW | wrong | {"step": step})
    assert response.status_code == 422
    text = response.content.decode()
    assert said in text
    assert "This time is free." not in text
    assert "there</button>" not in text


def test_move_when_the_time_was_edited_after_the_look_asks_to_look_again(
    estate: Estate, enter: Enter
) -> None:
    change = submitted(estate)
    path = f"/calendar/move/{change.ref}/"
    client = enter("amara")
    text = client.post(path, WINDOW | {"step": "look"}).content.decode()
    other = WINDOW | {"local_end": "2026-11-20T09:30", "step": "move", "seen": seen(text)}
    assert "another time than the one that you looked at" in client.post(path, other).content.decode()
    assert Booking.objects.get(ref=change.ref).local_start == "2026-11-19T06:00"


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        # The reader's clock: Amara reads it in London.
        ("at=2026-11-23T09:30", "2026-11-23T09:30", "2026-11-23T12:00"),
        ("by=1", "2026-11-20T06:00", "2026-11-20T08:30"),
        # The clocks go forward in between: the hours on the wall stay.
        ("by=200", "2027-06-07T06:00", "2027-06-07T08:30"),
        ("by=-3", "2026-11-16T06:00", "2026-11-16T08:30"),
        ("at=nonsense&by=9999", "2026-11-19T06:00", "2026-11-19T08:30"),
        ("at=9999-12-31T23:59-12:00&by=--1", "2026-11-19T06:00", "2026-11-19T08:30"),
        ("at=%00&by=%F0%9F%98%80", "2026-11-19T06:00", "2026-11-19T08:30"),
    ],
)
def test_move_when_dragged_fills_the_same_form_in(
    estate: Estate, enter: Enter, query: str, start: str, end: str
) -> None:
    change = submitted(estate)
    text = enter("amara").get(f"/calendar/move/{change.ref}/?{query}").content.decode()
    assert f'value="{start}"' in text
    assert f'value="{end}"' in text


def test_move_when_refused_says_why(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    client = enter("leila")
    assert (
        "Only Amara Okafor, who asked for this change"
        in client.get(f"/calendar/move/{change.ref}/").content.decode()
    )
    response = client.post(f"/calendar/move/{change.ref}/", WINDOW | {"step": "move"})
    assert response.status_code == 409
    assert client.get("/calendar/move/CHG-99999/").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"local_end": "2026-11-19T06:00"}, "The end must be after the start."),
        ({"local_start": "soon"}, "There is a problem"),
        (
            {"local_start": "2026-11-19T06:00", "local_end": "2026-11-19T08:30"},
            "planned for this time already",
        ),
    ],
)
def test_move_when_the_time_cannot_be_says_so_at_the_field(
    estate: Estate, enter: Enter, wrong: dict[str, str], said: str
) -> None:
    change = submitted(estate)
    data = WINDOW | wrong
    mark = f"{data['time_zone']} {data['local_start']} {data['local_end']}"
    response = enter("amara").post(f"/calendar/move/{change.ref}/", data | {"step": "move", "seen": mark})
    assert response.status_code == 422
    assert said in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_move_when_more_is_in_the_way_asks_the_same(estate: Estate, enter: Enter, count: int) -> None:
    change = approved(estate)
    for _ in range(count):
        submitted(estate, start="2026-11-20T07:00", end="2026-11-20T09:00")
    client = enter("amara")
    path = f"/calendar/move/{change.ref}/?by=1"
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert "moves credit-risk at the same time" in client.get(path).content.decode()
    assert len(captured) == 23


def test_mark_of_a_conflict_offers_to_move_to_its_requester_and_to_ask_to_others(
    estate: Estate, enter: Enter
) -> None:
    one, two = submitted(estate), submitted(estate)
    for who, word in (("amara", "Move"), ("leila", "Ask to move"), ("ruth", "")):
        text = enter(who).get("/calendar/?month=2026-11").content.decode()
        for change in (one, two):
            found = re.findall(rf'href="/calendar/move/{change.ref}/">([^<]*)</a>', text)
            assert set(found) <= {f"{word} {change.ref}"}, who
            assert bool(found) is bool(word), who
