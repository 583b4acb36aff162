"""The briefing of the week by mail: to those who asked, at least once, shown once."""

import re
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.core import mail
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import choose_briefing
from apps.core import actors
from apps.core.errors import Forbidden
from apps.insights.services import mailing
from apps.insights.tasks import task_send_briefings
from apps.outbox.models import Notification
from apps.outbox.services import send_notification
from tests.insights.build import in_review
from tests.people import add_person

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_the_sunday_before():  # type: ignore[no-untyped-def]
    with time_machine.travel(MONDAY - timedelta(days=1), tick=False):
        yield


def asked(name: str) -> User:
    user = add_person(name, Role.EXECUTIVE)
    return choose_briefing(actor=actors.person(user), user=user, wanted=True)


def sent(at: datetime = MONDAY) -> int:
    with time_machine.travel(at, tick=False):
        return task_send_briefings()


def notes() -> list[str]:
    return list(Notification.objects.filter(rule=mailing.RULE).values_list("user__username", flat=True))


def test_briefing_goes_once_a_week_to_those_alone_who_asked() -> None:
    asked("ruth")
    add_person("marguerite", Role.EXECUTIVE)
    assert [sent(), sent(), sent(MONDAY + timedelta(days=6))] == [1, 0, 0]
    assert sent(MONDAY - timedelta(hours=2) + timedelta(days=7)) == 0
    assert sent(MONDAY + timedelta(days=7)) == 1
    assert notes() == ["ruth", "ruth"]


def test_briefing_says_the_decision_first_in_the_fixed_order() -> None:
    asked("ruth")
    in_review(MONDAY + timedelta(days=3), title="Loan scoring before the peak")
    sent()
    note = Notification.objects.get(rule=mailing.RULE)
    assert note.title == "One decision this week: Loan scoring before the peak"
    places = [note.body.index(said) for said in ("Decision needed by", "- 1 decision needed", "What changes")]
    heads = (
        "Who it affects",
        "What could go wrong",
        "How we undo it",
        "Cost of waiting",
        "Nobody has signed",
    )
    places += [note.body.index(said) for said in heads]
    assert places == sorted(places)


def test_briefing_of_a_run_killed_in_the_middle_reaches_everyone_once() -> None:
    people = [asked(name) for name in ("ruth", "marguerite", "noor")]
    tell = mailing.notify

    def killed(**given: object) -> object:
        if given["user"] == people[1]:
            raise SystemExit
        return tell(**given)  # type: ignore[arg-type]

    with patch.object(mailing, "notify", killed), pytest.raises(SystemExit):
        sent()
    assert notes() == ["ruth"]
    assert sent() == 2
    assert sorted(notes()) == ["marguerite", "noor", "ruth"]


def test_briefing_that_fails_for_one_reaches_the_others() -> None:
    people = [asked(name) for name in ("ruth", "noor")]
    tell = mailing.notify

    def broken(**given: object) -> object:
        if given["user"] == people[0]:
            raise ValueError
        return tell(**given)  # type: ignore[arg-type]

    with patch.object(mailing, "notify", broken):
        assert sent() == 1
    assert notes() == ["noor"]
    assert sent() == 1


def test_mail_leads_to_a_page_that_asks_first_and_changes_nothing_by_itself(client: Client) -> None:
    ruth = asked("ruth")
    sent()
    send_notification("k", {"notification": Notification.objects.get(rule=mailing.RULE).pk})
    [path] = re.findall(r"leave it, after signing in:\n\S+?(/account/\S+)", mail.outbox[0].body)
    client.force_login(ruth)
    assert "Leave the weekly briefing?" in client.get(path, {"wanted": "no"}).content.decode()
    assert client.post(path, {"wanted": "x"}).status_code == 422
    assert User.objects.get(username="ruth").weekly_briefing
    client.post(path, {"wanted": "no"})
    assert not User.objects.get(username="ruth").weekly_briefing
    assert sent(MONDAY + timedelta(days=7)) == 0
    with pytest.raises(Forbidden):
        choose_briefing(actor=actors.person(add_person("other")), user=ruth, wanted=True)
