"""A freeze over planned changes: each has an outcome, its people are told, and nothing goes out by accident."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import Team
from apps.approvals.models import Requirement
from apps.audit.models import AuditEvent
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Conflict, Disposition, FreezeOutcome, Period
from apps.calendar.rules import Recurrence, scope_of_one
from apps.calendar.rules.horizon import worked_out
from apps.calendar.selectors import conflicts_of, held_by, kept_back_if, outcomes_of
from apps.calendar.services import PeriodPlan, change_period, plan_period, recheck_all, say_outcome
from apps.catalog.models import Component
from apps.changes.services import (
    change_outcome,
    complete_change,
    declare_period,
    end_disposition,
    freezing,
    move_change,
    replan_period,
    start_change,
)
from apps.changes.tasks import task_follow_freezes
from apps.core.actors import system
from apps.core.errors import Conflict as Clash
from apps.core.errors import Forbidden, Invalid, PolicyBlocked
from apps.outbox.models import Notification
from apps.web.planning.trial import tried
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, fresh, make_estate, submitted

pytestmark = pytest.mark.django_db
WHY = "The regulator asked for it on this day."


def plan(start: str = "2026-11-18T00:00", end: str = "2026-11-21T00:00") -> PeriodPlan:
    scope = scope_of_one("kind", "model")
    return PeriodPlan("Peak", "Sales must not be disturbed.", Recurrence(start, end, "UTC"), scope=scope)


def frozen(estate: Estate, change: Any, outcome: str = "", reason: str = "") -> Period:
    said = {change.booking_id: (outcome, reason)} if outcome else {}
    with at(NOW):
        return declare_period(actor=estate.actor("leila"), plan=plan(), outcomes=said)


def windowed(hour: int) -> PeriodPlan:
    """A weekly maintenance window of two hours over the models, from a week before the change on."""
    weekly = Recurrence(f"2026-11-12T{hour:02}:00", f"2026-11-12T{hour + 4:02}:00", "UTC", "FREQ=WEEKLY")
    scope = scope_of_one("kind", "model")
    return PeriodPlan("Quiet hours", "Sales must not be disturbed.", weekly, PeriodKind.MAINTENANCE, scope)


def told(rule: str) -> list[str]:
    return sorted(Notification.objects.filter(rule=rule).values_list("user__username", flat=True))


@pytest.mark.parametrize("outcome", ["", "moves"])
def test_declare_when_nothing_is_said_or_it_moves_keeps_it_blocked_and_tells_its_people(outcome: str) -> None:
    estate = make_estate()
    change = approved(estate)
    frozen(estate, change, outcome)
    assert FreezeOutcome.objects.get().outcome == "moves"
    assert [one.blocking for one in conflicts_of(change.ref) if one.kind == "freeze"] == [True]
    with at(IN_WINDOW), pytest.raises(PolicyBlocked, match="must not change then"):
        start_change(actor=estate.actor("amara"), change=fresh(change))
    assert told("freeze.outcome") == ["amara", "priya"]
    with at(NOW):
        assert task_follow_freezes() == 0
    assert told("freeze.outcome") == ["amara", "priya"]


def test_declare_when_exempt_settles_the_conflict_with_the_reason() -> None:
    estate = make_estate()
    change = approved(estate)
    with pytest.raises(Invalid):
        frozen(estate, change, "exempt", " ")
    assert not Period.objects.exists()
    frozen(estate, change, "exempt", WHY)
    [found] = [one for one in conflicts_of(change.ref) if one.kind == "freeze"]
    assert found.settled
    assert not found.blocking
    assert (found.settled.sort, found.settled.why) == ("exempt", WHY)


def test_declare_when_an_exception_is_asked_opens_the_round_and_stays_blocked() -> None:
    estate = make_estate()
    change = approved(estate)
    frozen(estate, change, "exception", WHY)
    [found] = [one for one in conflicts_of(change.ref) if one.kind == "freeze"]
    assert found.blocking
    asked = Requirement.objects.filter(round__subject_type="waiver").order_by("role")
    assert [one.role for one in asked] == [Role.OWNER, Role.SPONSOR]


def test_exception_lasts_until_the_end_of_the_window_or_is_refused_with_the_day_to_ask() -> None:
    estate = make_estate()
    near = approved(estate)
    frozen(estate, near, "exception", WHY)
    assert Disposition.objects.get().until == near.planned_end
    far = submitted(estate, start="2027-03-09T06:00", end="2027-03-09T08:30")
    later = plan("2027-03-09T00:00", "2027-03-09T07:00")
    said = {far.booking_id: ("exception", WHY)}
    why = "at most 90 days, and its window ends Tue 9 Mar 2027, 08:30. Ask from Wed 9 Dec 2026, 08:30 on."
    with at(NOW), pytest.raises(Invalid) as refusal:
        declare_period(actor=estate.actor("leila"), plan=later, outcomes=said)
    [(field, [text])] = refusal.value.fields.items()
    assert field == f"outcome-{far.booking_id}"
    assert why in text
    with at(datetime(2026, 12, 9, 8, 30, tzinfo=UTC)):
        declare_period(actor=estate.actor("leila"), plan=later, outcomes=said)
    assert Disposition.objects.latest("pk").until == far.planned_end


def test_declare_when_an_outcome_is_none_is_refused_whole() -> None:
    estate = make_estate()
    change = approved(estate)
    with pytest.raises(Invalid):
        frozen(estate, change, "vanishes", WHY)
    assert not Period.objects.exists()
    assert not FreezeOutcome.objects.exists()


def test_change_outcome_ends_what_was_and_only_by_whom_it_belongs_to() -> None:
    estate = make_estate()
    change = approved(estate)
    period = frozen(estate, change, "exempt", WHY)
    with at(NOW):
        with pytest.raises(Forbidden):
            change_outcome(
                actor=estate.actor("amara"), period=period, booking=change.booking, outcome="moves", reason=""
            )
        for outcome in ("moves", "moves", "exception", "exempt"):
            change_outcome(
                actor=estate.actor("leila"),
                period=period,
                booking=change.booking,
                outcome=outcome,
                reason="" if outcome == "moves" else WHY,
            )
            blocked = [one.blocking for one in conflicts_of(change.ref) if one.kind == "freeze"]
            assert blocked == [outcome != "exempt"]
    assert Disposition.objects.filter(ended_at=None).count() == 1
    assert AuditEvent.objects.filter(event="freeze.outcome").count() == 4


def test_follow_when_a_freeze_came_another_way_says_that_it_moves_once() -> None:
    estate = make_estate()
    change = approved(estate)
    with at(NOW):
        plan_period(actor=estate.actor("leila"), plan=plan())
        assert task_follow_freezes() == 1
        assert task_follow_freezes() == 0
    assert FreezeOutcome.objects.get().outcome == "moves"
    assert told("freeze.outcome") == ["amara", "priya"]
    assert Conflict.objects.filter(kind="freeze", booking=change.booking_id).exists()


def test_hold_when_a_freeze_begins_over_what_runs_tells_once_and_lets_it_end() -> None:
    estate = make_estate()
    change = approved(estate)
    with at(IN_WINDOW):
        running = start_change(actor=estate.actor("amara"), change=change)
        sooner = plan("2026-11-19T07:00", "2026-11-21T00:00")
        declare_period(actor=estate.actor("leila"), plan=sooner, outcomes={})
        assert held_by(change.ref) == []
        assert task_follow_freezes() == 0
    with at(IN_WINDOW + timedelta(minutes=45)):
        assert [one.name for one in held_by(change.ref)] == ["Peak"]
        assert task_follow_freezes() == 1
        assert task_follow_freezes() == 0
        assert complete_change(actor=estate.actor("amara"), change=fresh(running)).state == "completed"
    assert told("freeze.hold") == ["amara", "priya"]


def test_hold_when_a_freeze_begins_again_tells_again_and_a_failure_is_made_up_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    estate = make_estate()
    change = approved(estate)
    twice = Recurrence("2026-11-19T07:00", "2026-11-19T07:10", "UTC", rdates=("2026-11-19T08:00",))
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=change)
        declare_period(actor=estate.actor("leila"), plan=replace(plan(), recurrence=twice), outcomes={})
    with at(datetime(2026, 11, 19, 7, 5, tzinfo=UTC)):
        with monkeypatch.context() as patch:
            patch.setattr(freezing, "notify", lambda **_: 1 / 0)
            assert task_follow_freezes() == 0
        assert [task_follow_freezes(), task_follow_freezes()] == [1, 0]
    with at(datetime(2026, 11, 19, 7, 30, tzinfo=UTC)):
        assert held_by(change.ref) == []
    with at(datetime(2026, 11, 19, 8, 5, tzinfo=UTC)):
        assert [one.name for one in held_by(change.ref)] == ["Peak"]
        assert [task_follow_freezes(), task_follow_freezes()] == [1, 0]
    assert told("freeze.hold") == ["amara", "amara", "priya", "priya"]


def test_maintenance_window_when_a_change_lies_outside_it_has_an_outcome_and_is_told() -> None:
    estate = make_estate()
    change = approved(estate)
    with at(NOW):
        near = windowed(18)
        assert kept_back_if(near.kind, near.scope, worked_out(near.recurrence, NOW)) == [change.booking]
        made = declare_period(actor=estate.actor("leila"), plan=near, outcomes={})
        assert told("freeze.outcome") == ["amara", "priya"]
        with pytest.raises(PolicyBlocked):
            start_change(actor=estate.actor("amara"), change=fresh(change))
        change_outcome(
            actor=estate.actor("leila"), period=made, booking=change.booking, outcome="exempt", reason=WHY
        )
    assert not any(one.blocking for one in conflicts_of(change.ref))
    with at(IN_WINDOW):
        assert start_change(actor=estate.actor("amara"), change=fresh(change)).state == "in_progress"


def test_replan_when_it_keeps_more_back_says_what_becomes_of_that_alone() -> None:
    estate = make_estate()
    early, late = approved(estate), approved(estate)
    with at(NOW):
        away = plan("2026-12-18T00:00", "2026-12-21T00:00")
        period = declare_period(actor=estate.actor("leila"), plan=away, outcomes={})
        assert not FreezeOutcome.objects.exists()
        outcomes = {early.booking_id: ("exempt", WHY), late.booking_id: ("exception", "")}
        with pytest.raises(Invalid) as caught:
            replan_period(actor=estate.actor("leila"), period=period, plan=plan(), outcomes=outcomes)
        assert caught.value.fields == {f"reason-{late.booking_id}": [f"{late.ref}: Give the reason."]}
        outcomes[late.booking_id] = ("moves", "")
        replan_period(actor=estate.actor("leila"), period=period, plan=plan(), outcomes=outcomes)
        replan_period(actor=estate.actor("leila"), period=period, plan=plan(), outcomes={})
    assert sorted(FreezeOutcome.objects.values_list("outcome", flat=True)) == ["exempt", "moves"]


def test_each_person_is_told_once_of_all_their_changes_in_their_own_zone() -> None:
    estate = make_estate()
    changes = [approved(estate), approved(estate)]
    frozen(estate, changes[0], "exempt", WHY)
    message = Notification.objects.get(rule="freeze.outcome", user=estate.people["amara"])
    assert message.title == "Peak falls on 2 of your changes"
    for change, label in zip(changes, ["It is exempt", "It moves"], strict=True):
        assert (
            f"{change.ref} {change.title}, Thu 19 Nov, 06:00 to Thu 19 Nov, 08:30. {label}." in message.body
        )
    assert "Times are in Europe/London." in message.body


def test_outcome_when_a_change_that_moved_away_is_caught_anew_is_said_and_told_again() -> None:
    estate = make_estate()
    change = approved(estate)
    period = frozen(estate, change)
    with at(NOW + timedelta(hours=1)):
        times = {"local_start": "2026-11-12T06:00", "local_end": "2026-11-12T08:30"}
        move_change(actor=estate.actor("amara"), change=change, time_zone="UTC", **times)
        assert task_follow_freezes() == 0
    assert told("freeze.outcome") == ["amara", "priya"]
    with at(NOW + timedelta(hours=2)):
        longer = plan("2026-11-11T00:00")
        assert tried(longer, period).kept == [change.booking]
        change_period(actor=estate.actor("leila"), period=period, plan=longer)
        assert outcomes_of(period) == {}
        assert task_follow_freezes() == 1
        assert task_follow_freezes() == 0
    assert told("freeze.outcome") == ["amara", "amara", "priya", "priya"]


def test_outcome_when_a_change_was_planned_into_the_freeze_is_not_said_however_the_freeze_is_edited() -> None:
    estate = make_estate()
    with at(NOW):
        period = declare_period(actor=estate.actor("leila"), plan=plan(), outcomes={})
    change = approved(estate)
    with at(NOW + timedelta(hours=1)):
        renamed = replace(plan(), name="Peak of the year")
        assert tried(renamed, period).kept == []
        replan_period(actor=estate.actor("leila"), period=period, plan=renamed, outcomes={})
        assert task_follow_freezes() == 0
    assert told("freeze.outcome") == []
    assert Conflict.objects.filter(kind="freeze", booking=change.booking_id, cleared_at=None).exists()


def test_outcome_when_the_catalog_brings_a_change_under_a_freeze_is_said() -> None:
    estate = make_estate()
    other = Team.objects.create(slug="fraud", name="Fraud")
    theirs = replace(plan(), scope=scope_of_one("team", other.slug))
    with at(NOW):
        period = plan_period(actor=estate.actor("leila"), plan=theirs)
    change = approved(estate)
    with at(NOW):
        Component.objects.update(owner_team=other)
        recheck_all(actor=system("calendar"))
        assert task_follow_freezes() == 1
    assert list(outcomes_of(period)) == [change.booking_id]
    assert told("freeze.outcome") == ["amara", "priya"]


def test_outcome_of_what_is_exempt_is_said_otherwise_only_when_the_exemption_has_ended() -> None:
    estate = make_estate()
    change = approved(estate)
    period = frozen(estate, change, "exempt", WHY)
    with at(NOW), pytest.raises(Clash):
        say_outcome(actor=estate.actor("leila"), period=period, booking=change.booking, outcome="moves")
    assert FreezeOutcome.objects.get().outcome == "exempt"
    with at(NOW):
        end_disposition(actor=estate.actor("leila"), disposition=Disposition.objects.get())
        change_outcome(
            actor=estate.actor("leila"), period=period, booking=change.booking, outcome="exempt", reason=WHY
        )
    assert not any(one.blocking for one in conflicts_of(change.ref))


def test_exemption_when_the_freeze_grows_over_the_rest_of_the_change_ends_and_it_moves() -> None:
    estate = make_estate()
    change = approved(estate)
    with at(NOW):
        late = plan("2026-11-19T08:00")
        outcomes = {change.booking_id: ("exempt", WHY)}
        period = declare_period(actor=estate.actor("leila"), plan=late, outcomes=outcomes)
        assert not any(one.blocking for one in conflicts_of(change.ref))
    with at(NOW + timedelta(hours=1)):
        replan_period(actor=estate.actor("leila"), period=period, plan=plan(), outcomes={})
    assert any(one.blocking for one in conflicts_of(change.ref))
    assert outcomes_of(period)[change.booking_id].outcome == "moves"
