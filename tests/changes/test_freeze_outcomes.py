"""A freeze over planned changes: each has an outcome, its people are told, and nothing goes out by accident."""

from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.audit.models import AuditEvent
from apps.calendar.models import Conflict, Disposition, FreezeOutcome, Period
from apps.calendar.rules import Recurrence, scope_of_one
from apps.calendar.selectors import conflicts_of, held_by
from apps.calendar.services import PeriodPlan, plan_period
from apps.changes.services import change_outcome, complete_change, declare_period, start_change
from apps.changes.tasks import task_follow_freezes
from apps.core.errors import Forbidden, Invalid, PolicyBlocked
from apps.outbox.models import Notification
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, fresh, make_estate

pytestmark = pytest.mark.django_db
WHY = "The regulator asked for it on this day."


def plan(start: str = "2026-11-18T00:00", end: str = "2026-11-21T00:00") -> PeriodPlan:
    scope = scope_of_one("kind", "model")
    return PeriodPlan("Peak", "Sales must not be disturbed.", Recurrence(start, end, "UTC"), scope=scope)


def frozen(estate: Estate, change: Any, outcome: str = "", reason: str = "") -> Period:
    said = {change.booking_id: (outcome, reason)} if outcome else {}
    with at(NOW):
        return declare_period(actor=estate.actor("leila"), plan=plan(), outcomes=said)


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
