"""What time does to a change: people are told before its window, and told when it has passed."""

from datetime import timedelta
from typing import Any

from django.test import Client

from apps.approvals.enums import RoundState
from apps.approvals.models import Signature
from apps.approvals.tasks import task_remind_approvals
from apps.audit.models import AuditEvent
from apps.calendar.enums import BookingState
from apps.calendar.rules import EVERYTHING, span_from_local
from apps.changes.enums import ChangeState
from apps.changes.services import expire_change, hold_change, remind_of_windows, resume_change, revise_change
from apps.changes.tasks import task_remind_of_windows
from apps.core import actors
from apps.outbox.models import Notification
from tests.changes.estate import AFTER_WINDOW, IN_WINDOW, NOW, Estate, approved, at, fresh, submitted
from tests.planning import declared

DAY_BEFORE = IN_WINDOW - timedelta(hours=12)


def told(rule: str, change: Any) -> dict[str, str]:
    """Return what each person was told of a change, by username."""
    notes = Notification.objects.filter(rule=rule, subject_id=change.ref)
    return dict(notes.values_list("user__username", "body"))


def test_window_reminder_tells_the_requester_and_the_leads_once(estate: Estate) -> None:
    change = approved(estate)
    with at(NOW):
        assert task_remind_of_windows() == 0
    with at(DAY_BEFORE):
        assert task_remind_of_windows() == 1
        assert task_remind_of_windows() == 0
    bodies = told("change.window", change)
    assert set(bodies) == {"amara", "priya"}
    assert "It is approved and can start then." in bodies["amara"]


def test_window_reminder_when_more_are_due_than_one_portion_reaches_all(estate: Estate) -> None:
    changes = [submitted(estate) for _ in range(3)]
    with at(DAY_BEFORE):
        assert [remind_of_windows(limit=2) for _ in range(3)] == [2, 1, 0]
    assert all(told("change.window", change) for change in changes)


def test_window_reminder_when_a_freeze_stands_does_not_say_that_it_can_start(estate: Estate) -> None:
    change = approved(estate)
    with at(NOW):
        declared(
            estate.actor("leila"),
            span_from_local("2026-11-19T00:00", "2026-11-20T00:00", "Europe/London"),
            EVERYTHING,
            "Peak",
        )
    with at(DAY_BEFORE):
        task_remind_of_windows()
    body = told("change.window", change)["amara"]
    assert "it cannot start yet" in body
    assert "Peak" in body
    assert "can start then" not in body


def test_change_that_nobody_decides_goes_back_to_its_requester_who_can_ask_again(
    estate: Estate, client: Client
) -> None:
    change = submitted(estate, start="2027-01-14T06:00", end="2027-01-14T07:00")
    assert {asked.time_unit for asked in change.round.requirements.all()} == {"working_days"}
    for days in (1, 3, 4, 5, 6, 9, 12, 15):
        with at(NOW + timedelta(days=days)):
            task_remind_approvals()
    change = fresh(change)
    assert (change.state, change.round.state) == (ChangeState.EXPIRED, RoundState.EXPIRED)
    assert change.booking.state == BookingState.RELEASED
    assert AuditEvent.objects.filter(event="change.given_back", object_id=change.ref).count() == 1
    note = Notification.objects.get(rule="approval.expired", user=estate.people["amara"])
    assert "was not decided in time" in note.title
    assert not Signature.objects.exists()
    client.force_login(estate.people["amara"])
    with at(NOW + timedelta(days=16)):
        page = client.get(f"/changes/{change.ref}/").content.decode()
        assert "It was not decided in time" in page
        assert f'href="/changes/{change.ref}/revise/"' in page
        revise_change(actor=estate.actor("amara"), change=change)
    assert fresh(change).state == ChangeState.DRAFT


def test_change_on_hold_reminds_nobody_and_is_not_given_back_and_has_its_time_afterwards(
    estate: Estate, client: Client
) -> None:
    change = submitted(estate, start="2027-01-14T06:00", end="2027-01-14T07:00")
    due = change.round.requirements.first().due_at
    assert due == NOW + timedelta(days=3)
    with at(NOW + timedelta(days=1)):
        hold_change(actor=estate.actor("leila"), change=change, reason="We wait for the audit.")
    for days in (3, 6, 20):
        with at(NOW + timedelta(days=days)):
            task_remind_approvals()
            client.force_login(estate.people["tomasz"])
            assert (
                "<strong>The clock is paused</strong> while it is on hold"
                in client.get("/inbox/").content.decode()
            )
    assert fresh(change).state == ChangeState.ON_HOLD
    late = Notification.objects.filter(rule__in=["approval.due", "approval.overdue", "approval.escalated"])
    assert not late.exists()
    with at(NOW + timedelta(days=22)):
        resume_change(actor=estate.actor("leila"), change=change)
    # Held from a Tuesday to a Tuesday three weeks later, by working days.
    assert change.round.requirements.first().due_at == due + timedelta(days=21)
    with at(NOW + timedelta(days=23)):
        task_remind_approvals()
    assert set(late.values_list("rule", flat=True)) == {"approval.due"}


def test_expire_tells_the_requester(estate: Estate) -> None:
    change = approved(estate)
    with at(AFTER_WINDOW):
        expire_change(actor=actors.system("clock"), change=change)
    assert set(told("change.expired", change)) == {"amara"}
