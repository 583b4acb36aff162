"""Asking for information: who may, whom, and what it does to the clock of one requirement and of no other."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import deactivate_person
from apps.approvals.enums import InquiryEnd
from apps.approvals.models import Inquiry, Requirement, Round
from apps.approvals.rules import Barred
from apps.approvals.rules.pausing import MOST_PAUSED
from apps.approvals.selectors import (
    inbox_for,
    open_questions,
    question_for,
    questions_about,
    questions_to,
)
from apps.approvals.services import (
    answer_information,
    ask_information,
    close_round,
    remind,
    resume_clocks,
    take_back_question,
)
from apps.approvals.tasks import task_remind_approvals
from apps.audit.models import AuditEvent, AuditText
from apps.core import clock
from apps.core.actors import person, system
from apps.core.errors import Forbidden, Invalid, Stale
from apps.outbox.models import Notification, OutboxMessage
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign
from tests.races import at_once

NOW = datetime(2026, 11, 9, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


class Stage:
    """Ann asks two validators and a sponsor to sign; time starts at ``NOW``."""

    def __init__(self) -> None:
        with clock.moved_to(NOW):
            self.ann = add_person("ann", Role.REQUESTER, name="Amara Okafor")
            self.val = add_person("val", Role.VALIDATOR, name="Tomasz Wójcik")
            self.vic = add_person("vic", Role.VALIDATOR)
            self.spo = add_person("spo", Role.SPONSOR)
            self.noor = add_person("noor", Role.REQUESTER, name="Noor Rahimi")
            self.round: Round = a_round(
                a_need(component="m", quorum=2), a_need(Role.SPONSOR), by=self.ann, ref="CHG-7"
            )
        Requirement.objects.update(created_at=NOW)  # the database's own clock wrote it
        self.asked = asked_of(self.round, Role.VALIDATOR, "m")
        self.other = asked_of(self.round, Role.SPONSOR)

    def ask(self, hours: float = 1, by: User | None = None, **more: object) -> Inquiry:
        with clock.moved_to(NOW + hours * HOUR):
            return ask_information(
                actor=person(by or self.val),
                requirement=self.asked,
                question="September too?",
                **more,  # type: ignore[arg-type]
            )

    def answer(self, inquiry: Inquiry, hours: float, by: User | None = None) -> Inquiry:
        with clock.moved_to(NOW + hours * HOUR):
            return answer_information(actor=person(by or self.ann), inquiry=inquiry, answer="0.84 to 0.85")

    def due_moved(self, which: Requirement | None = None) -> timedelta:
        now = Requirement.objects.get(pk=(which or self.asked).pk)
        return now.due_at - (which or self.asked).due_at


@pytest.fixture
def stage(db: None) -> Stage:
    return Stage()


def told(user: User, rule: str) -> list[str]:
    return list(Notification.objects.filter(user=user, rule=rule).values_list("title", flat=True))


def test_question_answered_moves_its_due_date_by_the_pause_and_no_other(stage: Stage) -> None:
    inquiry = stage.ask(1)
    assert Requirement.objects.get(pk=stage.asked.pk).paused_at == NOW + HOUR
    assert Requirement.objects.get(pk=stage.other.pk).paused_at is None
    stage.answer(inquiry, 4.5)
    assert stage.due_moved() == 3.5 * HOUR
    assert stage.due_moved(stage.other) == timedelta(0)
    assert Requirement.objects.get(pk=stage.asked.pk).paused_at is None


def test_question_taken_back_starts_the_clock_and_tells_whoever_was_asked(stage: Stage) -> None:
    inquiry = stage.ask(1)
    with clock.moved_to(NOW + 3 * HOUR):
        take_back_question(actor=person(stage.val), inquiry=inquiry)
    assert stage.due_moved() == 2 * HOUR
    assert told(stage.ann, "approval.question_taken_back") == [
        "Tomasz Wójcik needs no answer on CHG-7 any more"
    ]
    with pytest.raises(Stale):
        stage.answer(inquiry, 4)
    assert stage.due_moved() == 2 * HOUR


def test_question_asked_twice_is_one_and_pauses_once(stage: Stage) -> None:
    first, again = stage.ask(1), stage.ask(2)
    assert first == again
    assert Inquiry.objects.count() == 1
    stage.answer(first, 5)
    assert stage.due_moved() == 4 * HOUR


def test_questions_of_two_signers_pause_for_the_time_that_one_was_open(stage: Stage) -> None:
    first, second = stage.ask(1), stage.ask(2, by=stage.vic)
    stage.answer(first, 3)
    assert Requirement.objects.get(pk=stage.asked.pk).paused_at == NOW + HOUR
    stage.answer(second, 6)
    assert stage.due_moved() == 5 * HOUR


def test_paused_requirement_is_neither_reminded_nor_escalated_and_never_approved(stage: Stage) -> None:
    stage.ask(1)
    with clock.moved_to(NOW + 60 * HOUR):  # due at 48
        remind()
    late = Notification.objects.filter(rule__in=["approval.due", "approval.overdue", "approval.escalated"])
    assert not late.filter(subject_id=str(stage.asked.pk)).exists()
    assert late.filter(subject_id=str(stage.other.pk)).exists()  # the others' clocks run
    assert Requirement.objects.get(pk=stage.asked.pk).state == "open"
    assert Round.objects.get().state == "open"


def test_reminder_comes_at_the_moved_due_date(stage: Stage) -> None:
    stage.answer(stage.ask(1), 11)  # due at 58 now
    with clock.moved_to(NOW + 57 * HOUR):
        remind()
        assert told(stage.val, "approval.overdue") == []
        assert len(told(stage.val, "approval.due")) == 1
    with clock.moved_to(NOW + 58 * HOUR):
        remind()
        assert len(told(stage.val, "approval.overdue")) == 1


def test_clock_that_stood_for_three_days_runs_again_though_nobody_answers(stage: Stage) -> None:
    inquiry = stage.ask(1)
    late = NOW + HOUR + MOST_PAUSED
    with clock.moved_to(late - timedelta(seconds=1)):
        assert resume_clocks() == 0
    with clock.moved_to(late):
        task_remind_approvals()
    assert stage.due_moved() == MOST_PAUSED
    assert (
        len(told(stage.val, "approval.clock_resumed")) == len(told(stage.ann, "approval.clock_resumed")) == 1
    )
    stage.answer(inquiry, 100)  # it can still be answered, and moves nothing more
    stage.ask(101)  # nor does another question
    assert stage.due_moved() == MOST_PAUSED
    assert Requirement.objects.get(pk=stage.asked.pk).paused_at is None


@pytest.mark.parametrize("name", ["ann", "spo", "noor"])
def test_ask_by_anyone_who_may_not_sign_is_forbidden_and_pauses_nothing(stage: Stage, name: str) -> None:
    with pytest.raises(Forbidden):
        stage.ask(by=getattr(stage, name))
    assert Requirement.objects.get(pk=stage.asked.pk).paused_at is None


def test_ask_by_someone_barred_or_who_has_signed_is_forbidden(stage: Stage) -> None:
    with clock.moved_to(NOW):
        sign(actor=person(stage.vic), requirement=stage.asked, digest=DIGEST, decision="approve")
        barred = add_person("bar", Role.VALIDATOR)
        round_ = a_round(a_need(), barred=[Barred(barred.pk, "You trained it.")], by=stage.ann)
    with pytest.raises(Forbidden):
        stage.ask(by=stage.vic)
    with pytest.raises(Forbidden, match="You trained it"):
        ask_information(
            actor=person(barred), requirement=asked_of(round_, Role.VALIDATOR), question="Why?", asked=None
        )
    with pytest.raises(Forbidden):
        ask_information(actor=system("approvals"), requirement=stage.asked, question="Why?")


def test_ask_whom_cannot_answer_is_said_at_the_field(stage: Stage) -> None:
    stranger = add_person("stranger")
    gone = add_person("gone", Role.OWNER)
    deactivate_person(actor=LOADER, user=gone)
    gone.refresh_from_db()
    for user, said in ((stranger, "may not see CHG-7"), (gone, "has left"), (stage.val, "ask yourself")):
        with pytest.raises(Invalid) as caught:
            stage.ask(asked=user)
        assert said in caught.value.fields["asked"][0]
    for text, said in (("  ", "Write what you need"), ("x" * 4001, "It has 4,001")):
        with pytest.raises(Invalid) as caught:
            ask_information(actor=person(stage.val), requirement=stage.asked, question=text)
        assert said in caught.value.fields["question"][0]
    assert not Inquiry.objects.exists()


def test_answer_is_given_by_whoever_is_asked_or_the_requester_alone(stage: Stage) -> None:
    inquiry = stage.ask(asked=stage.noor)
    for user in (stage.vic, stage.val):
        with pytest.raises(Forbidden):
            stage.answer(inquiry, 2, by=user)
    with pytest.raises(Forbidden):
        take_back_question(actor=person(stage.ann), inquiry=inquiry)
    assert stage.answer(inquiry, 2, by=stage.noor).end == InquiryEnd.ANSWERED
    second = stage.ask(3, asked=stage.noor)
    assert stage.answer(second, 4).ended_by == stage.ann


def test_question_waits_in_both_inboxes_and_everyone_concerned_is_told_once(stage: Stage) -> None:
    inquiry = stage.ask(asked=stage.noor)
    assert list(questions_to(stage.noor)) == [inquiry]
    assert list(questions_to(stage.ann)) == []
    mine = inbox_for(stage.val, "needs_me").get()
    assert mine.paused_at
    assert open_questions([mine.pk]) == {mine.pk: [inquiry]}
    assert told(stage.noor, "approval.information_asked") == ["Tomasz Wójcik asks you about CHG-7"]
    assert told(stage.ann, "approval.information_asked") == ["Tomasz Wójcik asks Noor Rahimi about CHG-7"]
    mail = OutboxMessage.objects.filter(topic="email").count()
    stage.answer(inquiry, 2)
    assert told(stage.val, "approval.information_given") == ["Amara Okafor answered you on CHG-7"]
    assert OutboxMessage.objects.filter(topic="email").count() == mail + 1
    assert list(questions_to(stage.noor)) == []


def test_signer_may_decide_though_their_question_is_open_and_it_waits_for_nobody_then(stage: Stage) -> None:
    inquiry = stage.ask()
    with clock.moved_to(NOW + 2 * HOUR):
        for user in (stage.val, stage.vic):
            sign(actor=person(user), requirement=stage.asked, digest=DIGEST, decision="approve")
    assert list(questions_to(stage.ann)) == []
    with pytest.raises(Stale):
        stage.answer(inquiry, 3)


def test_question_of_a_closed_round_waits_for_nobody(stage: Stage) -> None:
    inquiry = stage.ask()
    close_round(actor=person(stage.ann), round=stage.round)
    assert list(questions_to(stage.ann)) == []
    with pytest.raises(Stale):
        stage.answer(inquiry, 3)
    with pytest.raises(Stale), clock.moved_to(NOW + 3 * HOUR):
        take_back_question(actor=person(stage.val), inquiry=inquiry)


def test_question_is_seen_by_those_who_may_see_what_it_is_about(stage: Stage) -> None:
    inquiry = stage.ask()
    stranger = add_person("stranger")
    for user in (stage.ann, stage.vic, stage.noor):
        assert question_for(user, inquiry.pk) == inquiry
        assert list(questions_about(user, "change", "CHG-7")) == [inquiry]
    assert question_for(stranger, inquiry.pk) is None
    assert list(questions_about(stranger, "change", "CHG-7")) == []


def test_ledger_holds_the_question_as_a_salted_digest_with_what_it_is_about(stage: Stage) -> None:
    stage.answer(stage.ask(), 2)
    entries = AuditEvent.objects.filter(event__startswith="approval.information").order_by("pk")
    assert [entry.event for entry in entries] == ["approval.information_asked", "approval.information_given"]
    for entry, text in zip(entries, ("September too?", "0.84 to 0.85"), strict=True):
        assert text.encode() not in bytes(entry.entry)
        assert DIGEST.encode() in bytes(entry.entry)
        assert AuditText.objects.get(event=entry).text == text


@pytest.mark.django_db(transaction=True)
def test_question_asked_by_many_clicks_at_once_is_one() -> None:
    stage = Stage()
    made = at_once(*[stage.ask] * 6)
    assert {one.pk for one in made if isinstance(one, Inquiry)} == {Inquiry.objects.get().pk}
    assert all(isinstance(one, Inquiry) for one in made)
    assert AuditEvent.objects.filter(event="approval.information_asked").count() == 1
