"""Messages of a communication plan: planned, sent once when due, and never about what is not going ahead."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import RoleGrant, User
from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState, MessageTime
from apps.changes.rules.message_texts import texts_of
from apps.changes.rules.messages import Course, turn_of
from apps.changes.selectors.messages import messages_of
from apps.changes.services import (
    complete_change,
    drop_message,
    hold_change,
    messages,
    plan_message,
    resume_change,
    roll_back_change,
    start_change,
    withdraw_change,
)
from apps.changes.tasks import task_send_messages
from apps.core.errors import Forbidden, Invalid, Stale
from apps.outbox.models import Notification, OutboxMessage
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, draft, fresh, make_estate, submitted
from tests.races import at_once

WEEK_BEFORE = datetime(2026, 11, 12, 6, 0, tzinfo=UTC)
DAY_BEFORE = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)


def planned(
    estate: Estate, change: Any, time: str = "day", audience: str = "crew", text: str = "Be ready."
) -> Any:
    with at(NOW):
        return plan_message(actor=estate.actor("amara"), change=change, at=time, audience=audience, text=text)


def sent_at(moment: datetime) -> int:
    with at(moment):
        return int(task_send_messages())


def told() -> dict[str, int]:
    """Return how often each person was told."""
    found: dict[str, int] = {}
    for name in Notification.objects.filter(rule="change.message").values_list("user__username", flat=True):
        found[name] = found.get(name, 0) + 1
    return found


def said(change: Any) -> list[str]:
    return [one.said for one in messages_of(fresh(change))]


def test_message_goes_out_once_when_its_time_comes_and_says_the_window(estate: Estate) -> None:
    change = approved(estate)
    message = planned(estate, change)
    assert sent_at(DAY_BEFORE - timedelta(seconds=1)) == 0
    assert [sent_at(DAY_BEFORE), sent_at(DAY_BEFORE), sent_at(DAY_BEFORE + timedelta(hours=3))] == [1, 0, 0]
    assert told() == {"amara": 1, "priya": 1}
    note = Notification.objects.filter(rule="change.message").first()
    assert note is not None
    assert note.title == f"{change.ref} starts Thu 19 Nov, 06:00"
    assert "Be ready." in note.body
    assert OutboxMessage.objects.filter(key=f"notification:{note.pk}").exists()
    entry = AuditEvent.objects.get(event="change.message_sent")
    facts = {"message": message.pk, "at": "day", "audience": "crew", "told": 2}
    assert json.loads(bytes(entry.entry))["data"] == facts
    assert said(change) == ["Sent Wed 18 Nov, 06:00 to 2 people."]


def test_message_that_was_due_while_nothing_ran_still_goes_out_before_the_start(estate: Estate) -> None:
    change = approved(estate)
    planned(estate, change, "week")
    assert sent_at(DAY_BEFORE + timedelta(hours=2)) == 1
    assert said(change)[0].startswith("Sent Wed 18 Nov, 08:00")


def test_message_about_what_is_not_approved_waits_and_is_never_sent_after_the_start(estate: Estate) -> None:
    change = submitted(estate)
    planned(estate, change)
    with at(NOW):
        assert said(change) == ["Goes out Wed 18 Nov, 06:00, when it is approved."]
    assert sent_at(DAY_BEFORE) == 0
    assert sent_at(IN_WINDOW) == 0
    with at(IN_WINDOW):
        assert said(change) == ["Not sent: it was not approved in time."]
    assert told() == {}


def test_message_about_a_change_on_hold_waits_and_goes_out_when_it_is_taken_up(estate: Estate) -> None:
    change = approved(estate)
    planned(estate, change)
    with at(NOW):
        hold_change(actor=estate.actor("leila"), change=change, reason="Wait.")
    assert sent_at(DAY_BEFORE) == 0
    with at(DAY_BEFORE):
        resume_change(actor=estate.actor("leila"), change=fresh(change))
    assert sent_at(DAY_BEFORE + timedelta(minutes=1)) == (fresh(change).state == ChangeState.APPROVED)


def test_message_about_a_withdrawn_change_is_never_sent(estate: Estate) -> None:
    change = approved(estate)
    for time in MessageTime.values:
        planned(estate, change, time) if time != "two_weeks" else None
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=change, reason="No need.")
    assert [sent_at(DAY_BEFORE), sent_at(IN_WINDOW), sent_at(IN_WINDOW + timedelta(days=30))] == [0, 0, 0]
    assert set(said(change)) == {"Not sent: it was withdrawn."}
    assert told() == {}


def test_start_and_end_are_told_when_they_come_true(estate: Estate) -> None:
    change = approved(estate)
    for time in ("starts", "ends", "goes_back"):
        planned(estate, change, time)
    assert sent_at(IN_WINDOW) == 0
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=change)
    assert sent_at(IN_WINDOW) == 1
    with at(IN_WINDOW):
        complete_change(actor=estate.actor("amara"), change=fresh(change))
    assert sent_at(IN_WINDOW) == 1
    assert said(change)[2] == "Not needed: it did not go back."
    titles = Notification.objects.filter(rule="change.message", user=estate.people["amara"])
    assert set(titles.values_list("title", flat=True)) == {
        f"{change.ref} has started", f"{change.ref} is done"
    }  # fmt: skip


def test_what_goes_back_is_told_as_such_and_never_as_done(estate: Estate) -> None:
    change = approved(estate)
    for time in ("ends", "goes_back"):
        planned(estate, change, time)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=change)
        roll_back_change(actor=estate.actor("amara"), change=fresh(change), reason="It fell.")
    assert sent_at(IN_WINDOW) == 1
    assert said(change)[0] == "Not sent: it went back."
    assert Notification.objects.filter(rule="change.message", title=f"{change.ref} went back").count() == 2


def test_message_that_fails_stops_no_other(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    change = approved(estate)
    planned(estate, change, text="This one fails.")
    planned(estate, change)
    notify = messages.notify

    def fails_for_one(**given: Any) -> Any:
        if "fails" in given["body"]:
            raise RuntimeError("A row that nobody foresaw")
        return notify(**given)

    monkeypatch.setattr(messages, "notify", fails_for_one)
    assert sent_at(DAY_BEFORE) == 1
    assert told() == {"amara": 1, "priya": 1}
    monkeypatch.setattr(messages, "notify", notify)
    assert sent_at(DAY_BEFORE) == 1


def test_message_for_a_window_that_moved_goes_out_for_the_new_one(estate: Estate) -> None:
    change = approved(estate)
    message = planned(estate, change, "week")
    assert sent_at(WEEK_BEFORE) == 1
    later = fresh(change).planned_start + timedelta(days=7)
    type(change).objects.filter(pk=change.pk).update(planned_start=later)
    assert sent_at(WEEK_BEFORE + timedelta(hours=1)) == 0
    with at(WEEK_BEFORE + timedelta(hours=1)):
        assert said(change) == ["Goes out Thu 19 Nov, 06:00 once more, for the new window."]
    assert [sent_at(WEEK_BEFORE + timedelta(days=7)) for _ in range(2)] == [1, 0]
    assert told() == {"amara": 2, "priya": 2}
    message.refresh_from_db()
    assert message.sent_for == later - timedelta(days=7)


@pytest.mark.parametrize(
    ("audience", "names"),
    [
        ("crew", {"amara", "priya"}),
        ("signers", {"henrik", "tomasz", "priya", "meilin"}),
        ("owners", {"ruth", "leila"}),
        ("everyone", {"amara", "henrik", "meilin", "tomasz", "priya", "leila", "ruth"}),
    ],
)
def test_each_audience_is_whom_the_portal_knows_of_it(estate: Estate, audience: str, names: set[str]) -> None:
    for name in ("ruth", "leila"):
        estate.people[name].teams.add(estate.team)
    change = approved(estate)
    planned(estate, change, audience=audience)
    sent_at(DAY_BEFORE)
    assert set(told()) <= names if audience == "signers" else set(told()) == names
    assert told()


def test_nobody_without_a_role_or_an_account_is_told(estate: Estate) -> None:
    change = approved(estate)
    planned(estate, change, audience="everyone")
    RoleGrant.objects.filter(user=estate.people["ruth"]).update(revoked_at=NOW)
    User.objects.filter(username="leila").update(is_active=False)
    sent_at(DAY_BEFORE)
    assert not {"ruth", "leila"} & set(told())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"at": "someday"}, "at"),
        ({"at": "two_weeks"}, "at"),
        ({"audience": "customers"}, "audience"),
        ({"text": " \x00"}, "text"),
        ({"text": "x" * 2001}, "text"),
    ],
)
def test_message_that_cannot_be_is_refused_at_the_field(
    estate: Estate, given: dict[str, str], field: str
) -> None:
    change = approved(estate)
    with at(NOW), pytest.raises(Invalid) as refused:
        plan_message(
            actor=estate.actor("amara"),
            change=change,
            **({"at": "day", "audience": "crew", "text": "Hello."} | given),
        )
    assert list(refused.value.fields) == [field]


def test_only_who_runs_the_change_plans_and_takes_back(estate: Estate) -> None:
    change = approved(estate)
    message = planned(estate, change)
    with at(NOW), pytest.raises(Forbidden):
        plan_message(actor=estate.actor("henrik"), change=change, at="day", audience="crew", text="x")
    with at(NOW), pytest.raises(Forbidden):
        drop_message(actor=estate.actor("henrik"), message=message)
    with at(NOW):
        drop_message(actor=estate.actor("amara"), message=message)
        drop_message(actor=estate.actor("amara"), message=message)
    assert AuditEvent.objects.filter(event="change.message_dropped").count() == 1
    assert [sent_at(DAY_BEFORE), said(change)] == [0, []]
    other = planned(estate, change)
    sent_at(DAY_BEFORE)
    with at(DAY_BEFORE), pytest.raises(Stale):
        drop_message(actor=estate.actor("amara"), message=other)


def test_text_is_in_the_ledger_as_a_digest_alone(estate: Estate) -> None:
    planned(estate, draft(estate), text="The secret recipe.")
    for entry in AuditEvent.objects.filter(event="change.message_planned"):
        assert b"secret recipe" not in bytes(entry.entry)


@given(
    state=st.sampled_from(list(ChangeState)),
    time=st.sampled_from(list(MessageTime)),
    started=st.booleans(),
    ended=st.booleans(),
    hours=st.integers(-24 * 30, 24 * 30),
)
def test_no_message_is_ever_due_about_a_change_that_is_not_going_ahead(
    state: ChangeState, time: MessageTime, started: bool, ended: bool, hours: int
) -> None:
    start = datetime(2026, 11, 19, 6, tzinfo=UTC)
    course = Course(state, start, start if started else None, start if ended else None)
    now = start + timedelta(hours=hours)
    if turn_of(time, course, now).is_now(now):
        assert state in {
            ChangeState.APPROVED, ChangeState.IN_PROGRESS, ChangeState.COMPLETED,
            ChangeState.ROLLED_BACK, ChangeState.FAILED,
        }  # fmt: skip
        if time in ("two_weeks", "week", "day"):
            assert (state, now < start) == (ChangeState.APPROVED, True)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_a_message_once() -> None:
    estate = make_estate()
    change = approved(estate)
    planned(estate, change)
    counts = at_once(*[lambda: sent_at(DAY_BEFORE)] * 4)
    assert sorted(map(str, counts)) == ["0", "0", "0", "1"]
    assert told() == {"amara": 1, "priya": 1}


@pytest.mark.django_db(transaction=True)
def test_message_and_withdrawal_at_once_never_tell_of_what_was_withdrawn_first() -> None:
    estate = make_estate()
    change = approved(estate)
    planned(estate, change)

    def withdraw() -> None:
        with at(DAY_BEFORE):
            withdraw_change(actor=estate.actor("amara"), change=change, reason="No need.")

    sent, _ = at_once(lambda: sent_at(DAY_BEFORE), withdraw)
    events = list(
        AuditEvent.objects.filter(event__in=["change.message_sent", "change.withdrawn"])
        .order_by("pk")
        .values_list("event", flat=True)
    )
    assert fresh(change).state == ChangeState.WITHDRAWN
    assert events == (["change.message_sent"] if sent else []) + ["change.withdrawn"]


def test_message_speaks_plainly_to_signers_and_of_versions_to_those_who_build(estate: Estate) -> None:
    change = approved(estate)
    message = planned(estate, change, audience="everyone", text="Nothing to do.")
    with at(NOW):
        [before] = messages_of(fresh(change))
    sent_at(DAY_BEFORE)
    bodies = dict(Notification.objects.filter(rule="change.message").values_list("user__username", "body"))
    message.refresh_from_db()
    [kept] = message.sent_as
    moves = f"{change.items.get().component} "
    for name, body in bodies.items():
        technical = name in ("amara", "priya", "tomasz", "meilin")
        assert kept["technical" if technical else "plain"]["text"] in body
        assert ("Moves: " + moves in body) is technical
        assert "Nothing to do." in body
    assert before.texts is not None
    assert (kept["plain"]["text"], kept["technical"]["text"]) == (before.texts.plain, before.texts.technical)
    assert kept["plain"]["told"] + kept["technical"]["told"] == len(bodies) == message.told


def test_message_keeps_each_sending_when_the_window_moves(estate: Estate) -> None:
    change = approved(estate)
    message = planned(estate, change)
    sent_at(DAY_BEFORE)
    later = fresh(change).planned_start + timedelta(days=1)
    change.__class__.objects.filter(pk=change.pk).update(planned_start=later)
    sent_at(DAY_BEFORE + timedelta(days=1))
    message.refresh_from_db()
    assert [one["due"][:13] for one in message.sent_as] == ["2026-11-18T06", "2026-11-19T06"]


CONTENT: dict[str, Any] = {
    "summary": "We teach the model with newer data",
    "outcome": "Fewer loans go bad.",
    "window": {"time_zone": "Europe/London", "start": "2026-11-19T06:00:00Z", "end": "2026-11-19T08:30:00Z"},
    "rollback": {"minutes": 1, "plan": "Point the alias back", "criteria": ["Approvals fall below 59 %."]},
    "items": [{"title": "credit-risk", "from": {"version": "2"}, "to": {"version": "3"}}],
    "impact": [{"title": "Loan app", "kind": "product", "included": True}],
}


@pytest.mark.parametrize("time", list(MessageTime))
@pytest.mark.parametrize("state", [ChangeState.COMPLETED, ChangeState.ROLLED_BACK, ChangeState.FAILED])
def test_texts_of_any_time_are_whole_sentences_without_jargon_in_the_plain_one(
    time: MessageTime, state: ChangeState
) -> None:
    texts = texts_of(time, CONTENT, Course(state, IN_WINDOW, IN_WINDOW, IN_WINDOW), "")
    for part in [*texts.plain.split("\n\n"), *texts.technical.split("\n\n")]:
        assert part.endswith(".")
        assert ".." not in part
    assert "credit-risk 2 → 3" in texts.technical
    assert "alias" not in texts.plain
    assert "You may notice it in Loan app." in texts.plain
