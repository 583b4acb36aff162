"""Reminders and giving up, many at once and killed in the middle. Real threads, processes and transactions."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from apps.accounts.enums import Role
from apps.approvals.enums import RoundState
from apps.approvals.models import BreakGlass, Requirement, Round, Signature
from apps.approvals.services import (
    ask_information,
    asking,
    escalate_unsigned,
    expire_round,
    overdue,
    remind,
    reminding,
    resume_clocks,
)
from apps.approvals.tasks import task_remind_approvals
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from apps.core.errors import Stale
from apps.outbox.models import Notification, OutboxMessage
from tests.approvals.test_breakglass import let_go, urgent
from tests.faults.nursery import fork
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign
from tests.races import after, at_once, slow_to_record

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def at(moment: datetime, call: Callable[[], object]) -> Callable[[], object]:
    """Return a call on a thread whose clock stands at a moment: each thread has its own."""

    def run() -> object:
        with clock.moved_to(moment):
            return call()

    return run


def opened(count: int) -> None:
    with clock.moved_to(START - timedelta(days=1)):
        add_person("val", Role.VALIDATOR)
        add_person("manager", Role.CHANGE_MANAGER)
    with clock.moved_to(START):
        for _ in range(count):
            a_round(a_need(hours=1))


def told() -> Counter[str]:
    rules = Notification.objects.exclude(rule="approval.asked").values_list("rule", flat=True)
    return Counter(rules)


def backend() -> int:
    """Return the process of PostgreSQL that serves this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def wait_until_gone(orphan: int) -> None:
    """Wait until PostgreSQL has seen that its client is dead, and let go of what that held."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [orphan])
            if cursor.fetchone() is None:
                return
        time.sleep(0.01)
    pytest.fail(f"{orphan} still serves a process that was killed")


def test_remind_in_six_workers_at_every_step_tells_each_once() -> None:
    opened(8)
    for hours in (0.5, 1, 2, 3):
        at_once(*[at(START + timedelta(hours=hours), task_remind_approvals)] * 6)
    assert told() == {
        "approval.due": 8,
        "approval.overdue": 8,
        "approval.late": 8,
        "approval.escalated": 8,
    }
    assert AuditEvent.objects.filter(event="approval.escalated").count() == 8
    assert OutboxMessage.objects.count() == Notification.objects.count()


def test_sign_as_the_round_is_given_up_is_before_it_or_stale() -> None:
    with clock.moved_to(START - timedelta(days=1)):
        val = add_person("val", Role.VALIDATOR)
    late = START + timedelta(days=3)
    outcomes = Counter()
    for _ in range(20):
        with clock.moved_to(START):
            round_ = a_round(a_need(hours=1))
        asked = asked_of(round_, Role.VALIDATOR)
        with clock.moved_to(START + timedelta(hours=4)):
            reminding.remind()

        def signing(asked: Requirement = asked) -> object:
            return sign(actor=person(val), requirement=asked, digest=DIGEST, decision="approve")

        def expiring(round_: Round = round_) -> object:
            return expire_round(actor=LOADER, round=round_)

        signed, *expired = at_once(at(late, signing), at(late, expiring), at(late, expiring))
        round_.refresh_from_db()
        was_signed = isinstance(signed, Signature)
        assert was_signed or isinstance(signed, Stale)
        assert sorted(expired, key=bool) == [False, not was_signed]
        assert round_.state == (RoundState.APPROVED if was_signed else RoundState.EXPIRED)
        outcomes[round_.state] += 1
    assert AuditEvent.objects.filter(event="approval.round_expired").count() == outcomes[RoundState.EXPIRED]
    assert told()["approval.expired"] == outcomes[RoundState.EXPIRED]


@pytest.mark.parametrize("after", [1, 2])
def test_remind_when_killed_in_the_middle_tells_nothing_and_then_all_once(after: int) -> None:
    opened(2)
    moment = START + timedelta(hours=2)
    before = OutboxMessage.objects.count()
    reader, writer = os.pipe()
    tell, told_so_far = reminding.tell_overdue, []

    def tell_and_wait(*given: object, **named: object) -> None:
        tell(*given, **named)  # type: ignore[arg-type]
        told_so_far.append(1)
        if len(told_so_far) == after:
            os.write(writer, str(backend()).encode())
            time.sleep(60)

    def work() -> None:
        reminding.tell_overdue = tell_and_wait  # type: ignore[assignment]
        with clock.moved_to(moment):
            task_remind_approvals()

    child = fork(work)
    # A child that dies early closes the last writing end: the read then ends too.
    os.close(writer)
    try:
        orphan = os.read(reader, 20)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)
    wait_until_gone(int(orphan))
    assert OutboxMessage.objects.count() == before
    with clock.moved_to(moment):
        task_remind_approvals()
    assert told() == {"approval.overdue": 2, "approval.escalated": 2}


def test_go_ahead_as_reminders_go_up_the_chain_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(0)
    with clock.moved_to(START):
        man = add_person("man", Role.CHANGE_MANAGER)
        round_ = urgent(a_need(hours=1))
    late = START + timedelta(hours=4)
    recording = slow_to_record(monkeypatch, reminding)
    told_of, broken = at_once(at(late, remind), at(late, after(recording, lambda: let_go(man, round_))))
    assert told_of == 1
    assert isinstance(broken, BreakGlass)


def test_go_ahead_as_a_clock_runs_again_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(0)
    with clock.moved_to(START):
        man, req = add_person("man", Role.CHANGE_MANAGER), add_person("req", Role.REQUESTER)
        val = add_person("asker", Role.VALIDATOR)
        round_ = urgent(a_need(hours=1), by=req)
        asked = asked_of(round_, Role.VALIDATOR)
        ask_information(actor=person(val), requirement=asked, question="Which data?", asked=man)
    late = START + timedelta(days=30)
    recording = slow_to_record(monkeypatch, asking)
    resumed, broken = at_once(
        at(late, resume_clocks), at(late, after(recording, lambda: let_go(man, round_)))
    )
    assert resumed == 1
    assert isinstance(broken, BreakGlass)


def test_last_signature_afterwards_as_it_is_escalated_waits_for_that(monkeypatch: pytest.MonkeyPatch) -> None:
    opened(0)
    with clock.moved_to(START):
        man, val = add_person("man", Role.CHANGE_MANAGER), add_person("last", Role.VALIDATOR)
        round_ = urgent(a_need(hours=1))
        let_go(man, round_)
    late = START + timedelta(days=10)
    asked = asked_of(round_, Role.VALIDATOR)
    recording = slow_to_record(monkeypatch, overdue)
    escalated, signed = at_once(
        at(late, lambda: escalate_unsigned(actor=LOADER)),
        at(
            late,
            after(
                recording,
                lambda: sign(actor=person(val), requirement=asked, digest=DIGEST, decision="approve"),
            ),
        ),
    )
    assert escalated == 1
    assert isinstance(signed, Signature)
