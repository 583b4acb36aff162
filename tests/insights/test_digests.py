"""The weekly digest: who gets it, when, and what it says."""

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import RoleGrant, User
from apps.accounts.services import choose_digest
from apps.audit.models import AuditEvent
from apps.catalog.models import Component
from apps.changes.rules.inputs import NoteInput
from apps.changes.selectors.messages import audience_of
from apps.changes.services import save_impact, submit_change, withdraw_change
from apps.core.errors import Forbidden
from apps.insights.rules.digest import due_this_week
from apps.insights.tasks import task_send_digests
from apps.outbox.models import Notification
from apps.outbox.services import send_notification
from tests.changes.estate import NOW, Estate, add_component, at, draft, fresh, make_estate, submitted
from tests.people import add_person, add_team

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
"""The Monday of the week in which the estate's changes are planned, at seven in London."""


@pytest.fixture
def estate() -> Estate:
    made = make_estate()
    made.people["priya"].teams.add(made.team)
    return made


def sent(moment: datetime = MONDAY) -> int:
    with at(moment):
        return int(task_send_digests())


def digests() -> dict[str, str]:
    found = Notification.objects.filter(rule="calendar.digest")
    return dict(found.values_list("user__username", "body"))


def test_digest_tells_each_member_once_a_week_what_touches_what_they_own(estate: Estate) -> None:
    change = submitted(estate)
    assert sent(MONDAY - timedelta(seconds=1)) == 0
    assert [sent(), sent(), sent(MONDAY + timedelta(days=1))] == [1, 0, 0]
    assert digests() == {
        "priya": (
            "1 change touches what Credit Risk Modelling owns:\n"
            f"- Thu 19 Nov, 06:00: {change.ref}, Retrain the credit-risk model (in review). It moves credit-risk."
            "\n\nTimes are in Europe/London."
        )
    }
    note = Notification.objects.get(rule="calendar.digest")
    assert (note.title, note.url) == (
        "This week 1 change touches what you own",
        "/calendar/week/?from=2026-11-16",
    )
    assert sent(MONDAY + timedelta(days=7)) == 0


def test_digest_that_was_due_while_nothing_ran_is_sent_later_in_the_week(estate: Estate) -> None:
    submitted(estate)
    assert sent(MONDAY + timedelta(days=2)) == 1


def test_week_with_nothing_on_monday_is_looked_at_once_whatever_is_planned_later(estate: Estate) -> None:
    assert sent() == 0
    with at(MONDAY + timedelta(days=1)):
        submit_change(actor=estate.actor("amara"), change=draft(estate))
    assert sent(MONDAY + timedelta(days=1)) == 0


def test_reader_who_goes_to_another_zone_is_told_once_a_week(estate: Estate) -> None:
    submitted(estate)
    User.objects.filter(username="priya").update(time_zone="Asia/Tokyo")
    assert sent(MONDAY - timedelta(hours=9)) == 1
    User.objects.filter(username="priya").update(time_zone="America/Los_Angeles")
    assert [sent(MONDAY), sent(MONDAY + timedelta(hours=8))] == [0, 0]


def test_owner_of_what_was_ruled_out_is_told_nothing(estate: Estate) -> None:
    shop = add_team("shop")
    Component.objects.filter(name="loans").update(owner_team=shop)
    estate.people["ruth"].teams.add(shop)
    change, amara = draft(estate), estate.actor("amara")
    with at(NOW):
        note = NoteInput("product:default/loans", included=False, reason="It is not sold this week.")
        save_impact(actor=amara, change=change, notes=[note])
        change = submit_change(actor=amara, change=fresh(change))
    assert sent() == 1
    assert set(digests()) == {"priya"}
    assert estate.people["ruth"] not in audience_of(change, "owners")


def test_what_is_only_reached_is_said_as_such(estate: Estate) -> None:
    shop = add_team("shop")
    estate.components["loans"].owner_team = shop
    estate.components["loans"].save()
    estate.people["ruth"].teams.add(shop)
    submitted(estate)
    sent()
    assert "It reaches loans." in digests()["ruth"]


def test_nothing_is_sent_of_what_is_withdrawn_over_or_of_another_week(estate: Estate) -> None:
    change = submitted(estate)
    submitted(estate, start="2026-11-24T06:00", end="2026-11-24T07:00")
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=change, reason="No need.")
    assert sent() == 0


def test_nobody_without_a_role_a_team_or_an_account_is_told(estate: Estate) -> None:
    for name in ("new", "gone", "late"):
        add_person(name, *(["auditor"] if name != "new" else [])).teams.add(estate.team)
    User.objects.filter(username="gone").update(is_active=False)
    RoleGrant.objects.filter(user__username="late").update(revoked_at=NOW - timedelta(days=1))
    submitted(estate)
    sent()
    assert set(digests()) == {"priya"}


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Africa/Casablanca"])
def test_digest_is_due_on_monday_at_seven_by_the_readers_clock(zone: str) -> None:
    there = ZoneInfo(zone)
    for hours in range(0, 24 * 21, 5):
        now = datetime(2027, 3, 20, tzinfo=UTC) + timedelta(hours=hours)
        due = due_this_week(now, there).astimezone(there)
        assert (due.weekday(), due.hour) == (0, 7)
        assert due.date() <= now.astimezone(there).date() < due.date() + timedelta(days=7)


def test_statements_do_not_grow_with_readers_and_changes(estate: Estate) -> None:
    counts = []
    for number in (1, 3):
        for each in range(number):
            add_component("model", f"model-{number}-{each}", estate.team)
            submitted(estate)
        User.objects.update(digest_week="")
        with at(MONDAY - timedelta(hours=1)), CaptureQueriesContext(connection) as asked:
            task_send_digests()
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_whoever_left_the_digest_is_told_nothing_until_they_come_back(estate: Estate) -> None:
    submitted(estate)
    priya, actor = estate.people["priya"], estate.actor("priya")
    for _ in range(2):
        choose_digest(actor=actor, user=priya, wanted=False)
    assert sent() == 0
    with pytest.raises(Forbidden):
        choose_digest(actor=estate.actor("amara"), user=priya, wanted=True)
    choose_digest(actor=actor, user=priya, wanted=True)
    assert sent(MONDAY + timedelta(hours=1)) == 1
    entries = AuditEvent.objects.filter(event="person.digest_chosen").order_by("pk")
    assert [json.loads(bytes(each.entry))["data"] for each in entries] == [
        {"weekly": False},
        {"weekly": True},
    ]


def test_mail_of_the_digest_leads_to_a_page_that_asks_and_changes_nothing_by_itself(
    estate: Estate, client: Client
) -> None:
    submitted(estate)
    sent()
    note = Notification.objects.get(rule="calendar.digest")
    send_notification("k", {"notification": note.pk})
    [path] = re.findall(r"leave this digest, after signing in:\n\S+?(/account/\S+)", mail.outbox[0].body)
    assert client.get(path).headers["Location"].startswith("/accounts/login/")
    client.force_login(estate.people["priya"])
    for _ in range(2):
        text = client.get(path).content.decode()
        assert "Leave the weekly digest?" in text
        assert client.get(path, {"wanted": "no"}).status_code == 200
    assert client.post(path, {"wanted": "x"}).status_code == 422
    assert User.objects.get(username="priya").weekly_digest
    assert "Leave the weekly digest" in client.get("/account/").content.decode()
    assert (
        "You have left the weekly digest."
        in client.post(path, {"wanted": "no"}, follow=True).content.decode()
    )
    assert not User.objects.get(username="priya").weekly_digest
    assert "Get the weekly digest again?" in client.get(path).content.decode()
    client.post(path, {"wanted": "yes"})
    assert User.objects.get(username="priya").weekly_digest
