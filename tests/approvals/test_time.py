"""Frozen clocks: who is told what and when, over a weekend in which the clocks change, until it is given up.

Asked on Friday 26 March 2027, 16:00 in London; on the Sunday the clocks go forward.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RequirementState, RoundState, Step, TimeUnit
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules import Allowance
from apps.approvals.services import answer_information, ask_information, expire_round
from apps.approvals.services import reminding as reminding_services
from apps.approvals.tasks import task_remind_approvals
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from apps.outbox.models import Notification, OutboxMessage
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, add_team, asked_of, sign

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2027, 3, 26, 16, tzinfo=UTC)
THREE = Allowance(3, TimeUnit.WORKING_DAYS)


@dataclass(frozen=True)
class Stage:
    noor: User
    leila: User
    manager: User
    sam: User
    asked: Requirement


def london(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-{text}").replace(tzinfo=ZoneInfo("Europe/London"))


@pytest.fixture
def stage() -> Stage:
    with clock.moved_to(FRIDAY - timedelta(days=1)):
        leila = add_person("leila")
        team = add_team("risk", contact=leila)
        noor, manager, sam = add_person("noor"), add_person("manager", Role.CHANGE_MANAGER), add_person("sam")
        from apps.accounts.services import grant_role

        grant_role(actor=LOADER, user=noor, role=Role.VALIDATOR, team=team)
    with clock.moved_to(FRIDAY):
        asked = asked_of(opened(sam, team_id=team.pk), Role.VALIDATOR)
    return Stage(noor, leila, manager, sam, asked)


def opened(by: User, **more: object) -> Round:
    need = a_need(hours=24 * 60, allowed=THREE, **more)
    return a_round(need, by=by, ref="CHG-7")


def run_at(*moments: datetime) -> None:
    for moment in moments:
        with clock.moved_to(moment):
            task_remind_approvals()
            task_remind_approvals()


def told(user: User) -> list[str]:
    return [
        rule
        for rule in Notification.objects.filter(user=user).order_by("pk").values_list("rule", flat=True)
        if rule.startswith("approval.") and rule != "approval.asked"
    ]


def test_chain_over_a_weekend_with_a_clock_change_tells_each_once_and_gives_up(stage: Stage) -> None:
    assert stage.asked.due_at == london("03-31T16:00")
    run_at(*[FRIDAY + timedelta(hours=n) for n in range(1, 89, 6)], london("03-30T15:59"))
    assert (told(stage.noor), told(stage.leila), told(stage.manager)) == ([], [], [])
    run_at(london("03-30T16:00"))
    assert told(stage.noor) == ["approval.due"]
    run_at(london("03-31T15:59"))
    assert told(stage.noor) == ["approval.due"]
    run_at(london("03-31T16:00"))
    assert (told(stage.noor), told(stage.leila)) == (["approval.due", "approval.overdue"], [])
    run_at(london("04-01T16:00"))
    assert told(stage.noor) == ["approval.due", "approval.overdue", "approval.late"]
    assert (told(stage.leila), told(stage.manager)) == (["approval.escalated"], [])
    run_at(london("04-02T16:00"), london("04-07T15:59"))
    assert (told(stage.leila), told(stage.manager)) == (["approval.escalated"], ["approval.escalated"])
    assert Round.objects.get().state == RoundState.OPEN
    run_at(london("04-07T16:00"))
    assert Round.objects.get().state == RoundState.EXPIRED
    assert Requirement.objects.get().state == RequirementState.LAPSED
    assert not Signature.objects.exists()
    assert told(stage.sam) == ["approval.expired"]
    assert told(stage.noor)[-1] == "approval.expired"
    note = Notification.objects.get(user=stage.sam, rule="approval.expired")
    assert "comes back to you" in note.title
    assert "Nobody signed as Model Validator" in note.body
    assert "Nothing was approved" in note.body
    escalated = AuditEvent.objects.filter(event="approval.escalated").count()
    assert (escalated, AuditEvent.objects.filter(event="approval.round_expired").count()) == (2, 1)
    assert OutboxMessage.objects.count() == Notification.objects.count()


def test_due_time_counts_the_days_of_whoever_then_has_the_longest() -> None:
    with clock.moved_to(FRIDAY - timedelta(days=1)):
        sam = add_person("sam")
        for name, zone in (
            ("kiwi", "Pacific/Auckland"),
            ("noor", "Europe/London"),
            ("yank", "America/New_York"),
        ):
            user = add_person(name, Role.VALIDATOR)
            User.objects.filter(pk=user.pk).update(time_zone=zone)
    with clock.moved_to(FRIDAY):
        asked = asked_of(opened(sam), Role.VALIDATOR)
    # In Auckland it is Saturday already, so that its first working day is Monday.
    auckland = datetime(2027, 4, 1, tzinfo=ZoneInfo("Pacific/Auckland"))
    london_due = datetime(2027, 3, 31, 16, tzinfo=ZoneInfo("Europe/London"))
    new_york = datetime(2027, 3, 31, 12, tzinfo=ZoneInfo("America/New_York"))
    assert asked.due_at == max(auckland, london_due, new_york) == new_york
    assert (asked.time_unit, asked.time_zone) == (TimeUnit.WORKING_DAYS, "America/New_York")


def test_question_over_a_weekend_costs_no_working_time_and_silence_stands_still(stage: Stage) -> None:
    friday = london("03-26T18:00")
    with clock.moved_to(friday):
        inquiry = ask_information(actor=person(stage.noor), requirement=stage.asked, question="Why now?")
    run_at(london("03-27T12:00"))
    with clock.moved_to(london("03-29T09:00")):
        answer_information(actor=person(stage.sam), inquiry=inquiry, answer="The data moved.")
    stage.asked.refresh_from_db()
    # From Friday, 18:00, to Monday, 09:00, pass 6 and 9 working hours.
    assert stage.asked.due_at == london("04-01T07:00")
    assert (stage.asked.next_step, stage.asked.next_step_at) == (Step.REMIND, london("03-31T07:00"))
    run_at(london("03-30T16:00"))
    assert told(stage.noor) == ["approval.information_given"]
    run_at(london("03-31T07:00"))
    assert told(stage.noor)[-1] == "approval.due"


def test_worker_that_was_down_for_weeks_tells_everyone_before_it_gives_up(stage: Stage) -> None:
    late = london("04-20T10:00")
    run_at(late)
    assert told(stage.noor) == ["approval.overdue"]
    assert (told(stage.leila), told(stage.manager)) == (["approval.escalated"], ["approval.escalated"])
    assert Round.objects.get().state == RoundState.OPEN
    run_at(london("04-23T09:59"))
    assert Round.objects.get().state == RoundState.OPEN
    run_at(london("04-23T10:00"))
    assert Round.objects.get().state == RoundState.EXPIRED


def test_contact_who_is_asked_or_has_left_is_passed_over_for_the_change_managers(stage: Stage) -> None:
    User.objects.filter(pk=stage.leila.pk).update(is_active=False)
    run_at(london("03-31T16:00"), london("04-01T16:00"), london("04-02T16:00"))
    assert (told(stage.leila), told(stage.manager)) == ([], ["approval.escalated"])
    assert AuditEvent.objects.filter(event="approval.escalated").count() == 1


def test_signature_at_the_last_moment_counts_and_nothing_is_given_up(stage: Stage) -> None:
    run_at(london("03-31T16:00"), london("04-01T16:00"), london("04-02T16:00"))
    with clock.moved_to(london("04-07T16:00")):
        sign(actor=person(stage.noor), requirement=stage.asked, digest=DIGEST, decision="approve")
        assert not expire_round(actor=LOADER, round=stage.asked.round)
        task_remind_approvals()
    assert Round.objects.get().state == RoundState.APPROVED
    assert "approval.expired" not in told(stage.sam)


def test_run_that_breaks_in_the_middle_tells_nothing_and_the_next_tells_all_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = london("04-01T16:00")
    before = OutboxMessage.objects.count()

    def broken(*given: object, **named: object) -> None:
        raise RuntimeError("The machine stops here.")

    with monkeypatch.context() as patched, clock.moved_to(moment):
        patched.setattr(reminding_services, "tell_escalated", broken)
        with pytest.raises(RuntimeError):
            reminding_services.remind()
    assert OutboxMessage.objects.count() == before
    run_at(moment)
    assert (told(stage.noor), told(stage.leila)) == (["approval.overdue"], ["approval.escalated"])


@pytest.mark.parametrize("hours", [0, 1])
def test_urgent_does_not_wait_for_monday(hours: int) -> None:
    saturday = FRIDAY + timedelta(days=1)
    with clock.moved_to(FRIDAY):
        noor, manager = add_person("noor", Role.VALIDATOR), add_person("manager", Role.CHANGE_MANAGER)
    with clock.moved_to(saturday):
        a_round(a_need(hours=99, allowed=Allowance(4, TimeUnit.HOURS)))
    run_at(saturday + timedelta(hours=2), saturday + timedelta(hours=4 + hours))
    assert told(noor)[:2] == ["approval.due", "approval.overdue"]
    assert told(manager) == ["approval.escalated"] * hours
