"""Putting a decision off: dated, seen by others, never past its time, and no way to stop the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import TimeUnit
from apps.approvals.models import Requirement, Snooze
from apps.approvals.rules import Allowance
from apps.approvals.selectors import inbox_for, open_count_for
from apps.approvals.services import end_snooze, snooze
from apps.approvals.tasks import task_remind_approvals
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person, token
from apps.core.errors import Forbidden
from apps.outbox.models import Notification
from tests.people import DIGEST, a_need, a_round, add_person, asked_of, sign

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
DUE = MONDAY + timedelta(days=3)


@dataclass(frozen=True)
class Stage:
    noor: User
    val: User
    sam: User
    asked: Requirement


@pytest.fixture
def stage() -> Iterator[Stage]:
    with clock.moved_to(MONDAY - timedelta(days=3)):
        noor, val = add_person("noor", Role.VALIDATOR), add_person("val", Role.VALIDATOR)
        sam = add_person("sam", Role.REQUESTER)
    with clock.moved_to(MONDAY):
        need = a_need(hours=999, allowed=Allowance(3, TimeUnit.WORKING_DAYS))
        yield Stage(noor, val, sam, asked_of(a_round(need, by=sam), Role.VALIDATOR))


def told(user: User) -> list[str]:
    rules = Notification.objects.filter(user=user).exclude(rule="approval.asked").order_by("pk")
    return list(rules.values_list("rule", flat=True))


def test_snooze_leaves_ones_own_inbox_until_its_time_and_nobody_elses(stage: Stage) -> None:
    snooze(actor=person(stage.noor), requirement=stage.asked, until=TUESDAY)
    assert list(inbox_for(stage.noor, "needs_me")) == []
    assert open_count_for(stage.noor) == 0
    assert list(inbox_for(stage.noor, "snoozed")) == [stage.asked]
    assert list(inbox_for(stage.val, "needs_me")) == [stage.asked]
    assert list(inbox_for(stage.val, "snoozed")) == []
    with clock.moved_to(TUESDAY):
        assert list(inbox_for(stage.noor, "needs_me")) == [stage.asked]
        assert list(inbox_for(stage.noor, "snoozed")) == []
        for _ in range(2):
            task_remind_approvals()
    assert told(stage.noor) == ["approval.awake"]


def test_snooze_over_the_reminder_puts_it_off_for_that_person_alone(stage: Stage) -> None:
    until = datetime(2026, 11, 26, 9, tzinfo=UTC)
    snooze(actor=person(stage.noor), requirement=stage.asked, until=until)
    with clock.moved_to(DUE - timedelta(days=1)):
        task_remind_approvals()
    assert (told(stage.noor), told(stage.val)) == ([], ["approval.due"])
    with clock.moved_to(until):
        task_remind_approvals()
    with clock.moved_to(DUE):
        task_remind_approvals()
    assert told(stage.noor) == ["approval.awake", "approval.overdue"]


@pytest.mark.parametrize(
    ("until", "words"),
    [(DUE, "never goes past"), (DUE + timedelta(days=1), "never goes past"), (MONDAY, "has passed")],
)
def test_snooze_past_the_due_time_or_into_the_past_is_refused(
    stage: Stage, until: datetime, words: str
) -> None:
    with pytest.raises(Forbidden, match="before that|passed"):
        snooze(actor=person(stage.noor), requirement=stage.asked, until=until)
    assert not Snooze.objects.exists()
    assert words


def test_snooze_of_what_is_not_ones_own_or_by_a_token_is_refused(stage: Stage) -> None:
    for actor in (person(stage.sam), token(stage.noor, "ab12")):
        with pytest.raises(Forbidden):
            snooze(actor=actor, requirement=stage.asked, until=TUESDAY)
    assert not Snooze.objects.exists()


def test_snooze_again_takes_the_place_of_the_first_and_can_be_taken_back(stage: Stage) -> None:
    for until in (TUESDAY, TUESDAY, TUESDAY + timedelta(days=1)):
        snooze(actor=person(stage.noor), requirement=stage.asked, until=until)
    assert list(Snooze.objects.filter(woken_at=None).values_list("until", flat=True)) == [
        TUESDAY + timedelta(days=1)
    ]
    assert AuditEvent.objects.filter(event="approval.snoozed").count() == 2
    assert end_snooze(actor=person(stage.noor), requirement=stage.asked)
    assert not end_snooze(actor=person(stage.noor), requirement=stage.asked)
    assert list(inbox_for(stage.noor, "needs_me")) == [stage.asked]
    assert AuditEvent.objects.filter(event="approval.snooze_ended").count() == 1


def test_snooze_of_what_others_decide_meanwhile_wakes_nobody(stage: Stage) -> None:
    snooze(actor=person(stage.noor), requirement=stage.asked, until=TUESDAY)
    sign(actor=person(stage.val), requirement=stage.asked, digest=DIGEST, decision="approve")
    with clock.moved_to(TUESDAY):
        task_remind_approvals()
    assert told(stage.noor) == []
    assert not Snooze.objects.filter(woken_at=None).exists()


def test_page_offers_the_mornings_before_it_is_due_and_says_what_happens_else(
    client: Client, stage: Stage
) -> None:
    client.force_login(stage.noor)
    page = client.get("/inbox/").content.decode()
    assert "A reminder goes to Noor Doe and Val Doe on Wed 25 Nov" in page
    assert "it goes back to Sam Doe, undecided" in page
    assert "Nothing is approved by waiting." in page
    assert page.split('id="until"')[1].split("</select>")[0].count("<option value=") == 3
    for until in ("", "nonsense", DUE.isoformat()):
        assert client.post(f"/inbox/{stage.asked.pk}/snooze/", {"until": until}).status_code == 400
    answer = client.post(f"/inbox/{stage.asked.pk}/snooze/", {"until": TUESDAY.isoformat()})
    assert answer.status_code == 302
    assert "Nothing needs you" in client.get("/inbox/").content.decode()
    assert "Back on Tue 24 Nov, 09:00" in client.get("/inbox/?tab=snoozed").content.decode()
    client.force_login(stage.val)
    assert "Noor Doe put this off until Tue 24 Nov, 09:00" in client.get("/inbox/").content.decode()
    client.force_login(stage.sam)
    assert "Noor Doe put this off until" in client.get("/inbox/?tab=waiting").content.decode()
    assert client.post(f"/inbox/{stage.asked.pk}/snooze/", {"until": TUESDAY.isoformat()}).status_code == 403
    client.force_login(stage.noor)
    assert client.post(f"/inbox/{stage.asked.pk}/wake/").status_code == 302
    assert "Put this off until" in client.get("/inbox/").content.decode()


def test_page_of_a_stranger_puts_nothing_off(client: Client, stage: Stage) -> None:
    client.force_login(add_person("stranger"))
    for verb in ("snooze", "wake"):
        assert client.post(f"/inbox/{stage.asked.pk}/{verb}/").status_code == 404
