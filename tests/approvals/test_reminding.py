"""Reminders: due when their time has passed, told once, and never a decision."""

from datetime import timedelta

import pytest
import time_machine

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement, Round
from apps.approvals.services import Need, remind
from apps.approvals.tasks import task_remind_approvals
from apps.core import clock
from apps.core.actors import person
from apps.outbox.models import Notification, OutboxMessage
from tests.people import DIGEST, a_need, a_round, add_person, add_team, asked_of, sign

pytestmark = pytest.mark.django_db


def told(rule: str) -> list[str]:
    return sorted(Notification.objects.filter(rule=rule).values_list("user__username", flat=True))


def test_remind_when_run_twice_tells_once() -> None:
    add_person("val", Role.VALIDATOR)
    asked_long_ago(a_need(hours=23))
    messages = OutboxMessage.objects.count()
    task_remind_approvals()
    task_remind_approvals()
    assert told("approval.due") == ["val"]
    assert OutboxMessage.objects.count() == messages + 1


def asked_long_ago(*needs: Need) -> Round:
    """Open a round whose people were asked two days ago."""
    RoleGrant.objects.update(valid_from=clock.now() - timedelta(days=3))
    with clock.moved_to(clock.now() - timedelta(days=2)):
        return a_round(*needs)


@pytest.mark.parametrize(("hours", "rules"), [(24.01, []), (24, ["approval.due"]), (0, ["approval.overdue"])])
def test_remind_when_at_the_edge_counts_the_instant_itself(hours: float, rules: list[str]) -> None:
    add_person("val", Role.VALIDATOR)
    with time_machine.travel(clock.now(), tick=False):
        asked_long_ago(a_need(hours=hours))
        remind()
    assert [rule for rule in ("approval.due", "approval.overdue") if told(rule)] == rules


def test_remind_when_the_worker_was_down_for_days_tells_only_what_is_still_true() -> None:
    contact = add_person("contact")
    team = add_team("risk", contact)
    add_person("val", Role.VALIDATOR)
    a_round(a_need(hours=30, team_id=team.pk))
    with time_machine.travel(clock.now() + timedelta(days=3)):
        assert remind() == 1
        assert remind() == 0
    assert told("approval.due") == []
    assert told("approval.overdue") == ["val"]
    assert told("approval.escalated") == ["contact"]
    assert Requirement.objects.get().state == RequirementState.OPEN


def test_remind_when_someone_cannot_sign_any_more_leaves_them_out() -> None:
    val = add_person("val", Role.VALIDATOR)
    add_person("wal", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    round_ = asked_long_ago(a_need(quorum=2, hours=1), a_need(Role.SPONSOR, hours=99))
    sign(actor=person(val), requirement=asked_of(round_, Role.VALIDATOR), digest=DIGEST, decision="approve")
    remind()
    assert told("approval.due") == ["wal"]


def test_remind_when_there_are_many_works_through_them_in_portions() -> None:
    add_person("val", Role.VALIDATOR)
    for _ in range(5):
        asked_long_ago(a_need(hours=1))
    assert [remind(limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_remind_when_asked_a_moment_ago_waits_for_half_of_the_time() -> None:
    add_person("val", Role.VALIDATOR)
    asked = clock.now()
    with time_machine.travel(asked, tick=False):
        a_round(a_need(hours=4))
        assert remind() == 0
    with time_machine.travel(asked + timedelta(minutes=119), tick=False):
        assert remind() == 0
    with time_machine.travel(asked + timedelta(minutes=120), tick=False):
        assert remind() == 1
    assert told("approval.due") == ["val"]


def test_remind_when_a_sponsor_of_many_teams_is_overdue_tells_the_change_managers() -> None:
    add_person("spo", Role.SPONSOR)
    add_person("manager", Role.CHANGE_MANAGER)
    add_person("partial", Role.CHANGE_MANAGER, team=add_team("other"))
    a_round(a_need(Role.SPONSOR, hours=-1))
    remind()
    assert told("approval.escalated") == ["manager"]


def test_remind_when_the_contact_has_left_tells_the_change_managers() -> None:
    gone, team = add_person("gone"), add_team("bare")
    add_person("val", Role.VALIDATOR)
    add_person("manager", Role.CHANGE_MANAGER)
    left = add_team("left", gone)
    gone.is_active = False
    gone.save()
    a_round(a_need(hours=-1, team_id=left.pk))
    a_round(a_need(hours=-1, team_id=team.pk))
    remind()
    assert told("approval.escalated") == ["manager", "manager"]
