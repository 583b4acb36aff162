"""Each quarter: is this still yours? Confirmed, handed over, or escalated; asked once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of
from apps.accounts.services import revoke_role
from apps.approvals.enums import OwnershipAnswer
from apps.approvals.models import OwnershipCheck
from apps.approvals.rules.ownership import quarter_of, quarter_start
from apps.approvals.selectors import checks_of
from apps.approvals.services import ask_ownership, confirm_ownership, hand_over_ownership
from apps.approvals.tasks import task_ask_ownership
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person, token
from apps.core.errors import Forbidden, Invalid
from apps.outbox.models import Notification
from tests.people import LOADER, add_person, add_team

pytestmark = pytest.mark.django_db

NEXT = quarter_start(clock.now()) + timedelta(days=95)
LATER = NEXT + timedelta(days=92)


@pytest.fixture
def own() -> User:
    team = add_team("risk", contact=add_person("leila", Role.CHANGE_MANAGER))
    return add_person("own", Role.OWNER, Role.REQUESTER, team=team)


@pytest.mark.parametrize(
    ("moment", "quarter", "start"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-Q1", datetime(2026, 1, 1, tzinfo=UTC)),
        (datetime(2026, 3, 31, 23, 59, tzinfo=UTC), "2026-Q1", datetime(2026, 1, 1, tzinfo=UTC)),
        (datetime(2026, 11, 21, tzinfo=UTC), "2026-Q4", datetime(2026, 10, 1, tzinfo=UTC)),
    ],
)
def test_quarter_of_a_moment(moment: datetime, quarter: str, start: datetime) -> None:
    assert (quarter_of(moment), quarter_start(moment)) == (quarter, start)


def test_ownership_is_asked_once_a_quarter_of_what_signing_rests_on(own: User) -> None:
    task_ask_ownership()
    assert not OwnershipCheck.objects.exists()
    for moment, count in ((NEXT, 1), (NEXT + timedelta(days=1), 1), (LATER, 2)):
        with clock.moved_to(moment):
            task_ask_ownership()
            task_ask_ownership()
        assert OwnershipCheck.objects.filter(grant__user=own).count() == count
        told = Notification.objects.filter(rule="ownership.asked", user=own)
        assert (
            told.count() == AuditEvent.objects.filter(event="ownership.asked", object_id=str(own.pk)).count()
        )
        assert told.count() == count
    assert set(OwnershipCheck.objects.values_list("grant__role", flat=True)) == {"owner", "change_manager"}


def test_ownership_confirmed_is_not_escalated_and_silence_goes_to_the_contact(own: User) -> None:
    two = add_person("two", Role.OWNER, team=grants_of(own)[0].team)
    gone = add_person("gone", Role.OWNER)
    with clock.moved_to(NEXT):
        task_ask_ownership()
        confirm_ownership(actor=person(own), check=checks_of(own).get())
        assert not checks_of(own).exists()
    revoke_role(actor=LOADER, grant=grants_of(gone)[0])
    with clock.moved_to(NEXT + timedelta(days=13, hours=23)):
        task_ask_ownership()
        assert not AuditEvent.objects.filter(event="ownership.overdue").exists()
    with clock.moved_to(NEXT + timedelta(days=14)):
        task_ask_ownership()
        task_ask_ownership()
    late = AuditEvent.objects.filter(event="ownership.overdue")
    assert set(late.values_list("object_id", flat=True)) == {
        str(two.pk),
        str(User.objects.get(username="leila").pk),
    }
    assert late.count() == 2
    assert Notification.objects.filter(rule="ownership.overdue", user__username="leila").count() == 2
    assert grants_of(two)


def test_ownership_left_unanswered_for_a_quarter_is_asked_once_and_not_twice(own: User) -> None:
    for moment in (NEXT, LATER):
        with clock.moved_to(moment):
            task_ask_ownership()
    with clock.moved_to(LATER):
        assert OwnershipCheck.objects.filter(grant__user=own, answer="").count() == 2
        newest = checks_of(own).get()
        assert newest.quarter == quarter_of(LATER)
        confirm_ownership(actor=person(own), check=newest)
        assert not checks_of(own).exists()


def test_ownership_handed_over_asks_the_change_managers_and_takes_nothing_away(own: User) -> None:
    heir = add_person("heir", Role.REQUESTER)
    with clock.moved_to(NEXT):
        ask_ownership(actor=LOADER)
        check = checks_of(own).get()
        with pytest.raises(Invalid, match="somebody else"):
            hand_over_ownership(actor=person(own), check=check, successor=own)
        for actor in (person(heir), token(own, "ab12")):
            with pytest.raises(Forbidden):
                confirm_ownership(actor=actor, check=check)
        hand_over_ownership(actor=person(own), check=check, successor=heir)
        with pytest.raises(Forbidden, match="answered this already"):
            confirm_ownership(actor=person(own), check=check)
    check.refresh_from_db()
    assert (check.answer, check.successor) == (OwnershipAnswer.HANDED_OVER, heir)
    told = Notification.objects.filter(rule="ownership.handed_over")
    assert set(told.values_list("user__username", flat=True)) == {"heir", "leila"}
    assert grants_of(own)
    assert not [grant for grant in grants_of(heir) if grant.role == Role.OWNER]


def test_inbox_asks_and_the_page_takes_the_answer(client: Client, own: User) -> None:
    with clock.moved_to(NEXT):
        ask_ownership(actor=LOADER)
    check = checks_of(own).get()
    client.force_login(own)
    assert "Is this still yours?" in client.get("/inbox/").content.decode()
    page = client.get("/account/roles/").content.decode()
    assert "Service Owner, components of Risk" in page
    other = User.objects.get(username="leila")
    client.force_login(other)
    for verb in ("confirm", "hand-over"):
        assert client.post(f"/account/roles/{check.pk}/{verb}/").status_code == 404
    assert AuditEvent.objects.filter(event="access.denied", actor_key=f"person:{other.pk}").count() == 2
    client.force_login(own)
    assert client.post(f"/account/roles/{check.pk}/hand-over/", {"successor": ""}).status_code == 400
    assert client.post(f"/account/roles/{check.pk}/confirm/").status_code == 302
    assert "Nothing to confirm" in client.get("/account/roles/").content.decode()
    assert "Is this still yours?" not in client.get("/inbox/").content.decode()


def test_roles_page_with_more_asks_the_database_no_more(client: Client) -> None:
    one, three = add_person("one", Role.OWNER), add_person("three", Role.OWNER, Role.STEWARD, Role.SPONSOR)
    with clock.moved_to(NEXT):
        ask_ownership(actor=LOADER)
    for user in (one, three):
        client.force_login(user)
        with CaptureQueriesContext(connection) as asked:
            client.get("/account/roles/")
        assert len(asked) == 7, [query["sql"][:90] for query in asked]
