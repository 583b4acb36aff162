"""Notice by class: what comes later than it asks for is an exception, with its reason."""

from datetime import timedelta

import pytest

from apps.calendar.rules import Rulebook
from apps.calendar.services import write_rulebook
from apps.changes.enums import ChangeState
from apps.changes.rules.notice import in_time
from apps.changes.services import move_change, revise_change, save_when, submit_change
from apps.core.errors import Invalid
from tests.changes.estate import END, NOW, START, Estate, at, fresh, submitted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("ahead", "reason", "allowed"),
    [
        (timedelta(days=3), "", True),
        (timedelta(days=3) - timedelta(minutes=1), "", False),
        (timedelta(hours=1), "The supplier leaves tonight.", True),
        (timedelta(hours=1), "  ", False),
    ],
)
def test_notice_is_counted_to_the_minute_and_a_reason_is_an_exception(
    ahead: timedelta, reason: str, allowed: bool
) -> None:
    assert bool(in_time("normal", NOW + ahead, reason, {"normal": 3}, NOW)) is allowed
    assert in_time("urgent", NOW + timedelta(minutes=1), "", {"normal": 3}, NOW)


def test_submit_when_it_comes_late_asks_why_and_the_reason_is_signed(estate: Estate) -> None:
    change = submitted(estate)
    assert "late_reason" not in change.revision.content
    with at(NOW):
        document = Rulebook(notice={"normal": 60}).document()
        write_rulebook(actor=estate.actor("leila"), document=document, reason="Two months ahead.")
        draft = revise_change(actor=estate.actor("amara"), change=fresh(change))
        with pytest.raises(Invalid) as caught:
            submit_change(actor=estate.actor("amara"), change=draft)
        said = "A normal change is submitted 60 days ahead, and this one opens sooner."
        assert caught.value.fields["late_reason"][0].startswith(said)
        assert fresh(change).state == ChangeState.DRAFT
        draft = save_when(
            actor=estate.actor("amara"),
            change=fresh(change),
            change_class="normal",
            time_zone=draft.time_zone,
            local_start=draft.local_start,
            local_end=draft.local_end,
            late_reason="The supplier switches the feed off in November.",
        )
        again = submit_change(actor=estate.actor("amara"), change=draft)
    assert again.revision.content["late_reason"] == "The supplier switches the feed off in November."


def test_reason_stays_with_its_window_and_excuses_no_other(estate: Estate) -> None:
    amara, change = estate.actor("amara"), submitted(estate)
    here = {"change_class": "normal", "time_zone": "Europe/London", "local_start": START, "local_end": END}
    there = {"time_zone": "Europe/London", "local_start": "2026-11-18T06:00", "local_end": "2026-11-18T08:30"}
    with at(NOW):
        document = Rulebook(notice={"normal": 60}).document()
        write_rulebook(actor=estate.actor("leila"), document=document, reason="Two months ahead.")
        revise_change(actor=amara, change=change)
        save_when(actor=amara, change=change, late_reason="The supplier leaves.", **here)
        change = submit_change(actor=amara, change=save_when(actor=amara, change=change, **here))
        assert change.revision.content["late_reason"] == "The supplier leaves."
        with pytest.raises(Invalid) as refused:
            move_change(actor=amara, change=change, **there)
    assert set(refused.value.fields) == {"late_reason"}
    assert fresh(change).late_reason == "The supplier leaves."
