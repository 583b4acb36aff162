"""The page on which a person says who signs for them, and what others see of it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Delegation, Signature
from apps.audit.models import AuditEvent
from apps.core import clock
from tests.approvals.test_covering import covering, offered
from tests.changes.estate import Estate, make_estate, submitted
from tests.people import a_need, a_round, add_person, add_team, asked_of
from tests.web.test_signing import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    cache.clear()
    return add_person("ann", Role.VALIDATOR, name="Ann Doe")


@pytest.fixture
def ben() -> User:
    return add_person("ben", Role.REQUESTER, name="Ben Roe")


def days(**more: str) -> dict[str, str]:
    first = clock.now().date()
    return {"first": str(first), "last": str(first + timedelta(days=6)), "what": "all"} | more


def test_cover_page_walks_from_the_offer_to_a_signature_for_another(
    client: Client, ann: User, ben: User
) -> None:
    asked = asked_of(a_round(a_need(component="m")), Role.VALIDATOR, "m")
    client.force_login(ann)
    assert client.post("/account/cover/", days(delegate="ben")).status_code == 302
    delegation = Delegation.objects.get()
    assert (delegation.away, delegation.role, delegation.accepted_at) == (True, "", None)
    assert "Not accepted yet" in client.get("/account/cover/").content.decode()
    client.force_login(ben)
    assert "Accept" in client.get("/account/cover/").content.decode()
    assert client.get(f"/approvals/{asked.pk}/sign/").content.decode().count("You cannot sign this") == 1
    assert client.post(f"/account/cover/{delegation.pk}/accept/").status_code == 302
    inbox = client.get("/inbox/").content.decode()
    assert "in the place of <strong>Ann Doe</strong>" in inbox
    assert "Ann Doe is away until" in inbox
    page = client.get(f"/approvals/{asked.pk}/sign/").content.decode()
    assert "You sign in the place of <strong>Ann Doe</strong>" in page
    assert post(client, ben, asked).status_code == 302
    assert Signature.objects.get().printed_name == "Ben Roe for Ann Doe"
    assert client.post(f"/account/cover/{delegation.pk}/end/").status_code == 302
    assert "Nobody has asked you to." in client.get("/account/cover/").content.decode()


def test_cover_page_says_at_the_field_what_is_wrong(client: Client, ann: User) -> None:
    add_person("aud", Role.AUDITOR)
    client.force_login(ann)
    for wrong, words in (
        (days(delegate=""), "Who signs for you is missing"),
        (days(delegate="aud"), "An Auditor checks what others sign"),
        (days(delegate="aud", last="2001-01-01"), "must not come before the first"),
        (days(delegate="aud", last="x"), "give a date such as"),
    ):
        answer = client.post("/account/cover/", wrong)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Delegation.objects.exists()


def test_cover_of_others_is_not_found_and_written_down(client: Client, ann: User, ben: User) -> None:
    delegation = offered(ann, ben)
    boss = add_person("boss", Role.CHANGE_MANAGER)
    client.force_login(boss)
    for verb in ("accept", "end"):
        assert client.post(f"/account/cover/{delegation.pk}/{verb}/").status_code == 404
        assert client.get(f"/account/cover/{delegation.pk}/{verb}/").status_code == 405
    assert AuditEvent.objects.filter(event="access.denied", actor_key=f"person:{boss.pk}").count() == 2
    client.force_login(ann)
    assert client.post(f"/account/cover/{delegation.pk}/accept/").status_code == 403
    assert AuditEvent.objects.filter(event="access.denied", actor_key=f"person:{ann.pk}").count() == 1


def test_cover_page_with_more_asks_the_database_no_more(client: Client, ann: User, ben: User) -> None:
    team = add_team()
    client.force_login(ann)
    covering(ann, ben)
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/account/cover/")
        assert len(asked) == 8, [query["sql"][:90] for query in asked]
        covering(ann, add_person("", Role.OWNER), team=team)
        offered(add_person("", Role.OWNER), ann)


def test_change_page_names_who_is_away_and_who_signed_for_whom(client: Client) -> None:
    estate: Estate = make_estate()
    change = submitted(estate)
    tomasz, noor = estate.people["tomasz"], add_person("noor", Role.REQUESTER, name="Noor Rahimi")
    covering(tomasz, noor, away=True)
    client.force_login(estate.people["amara"])
    page = client.get(f"/changes/{change.ref}/").content.decode()
    assert "Tomasz Wojcik is away until" in page
    assert "Noor Rahimi signs" in page
    why = client.get(f"/changes/{change.ref}/asked/").content.decode()
    assert why.count("Noor Rahimi signs in their place.") == 1
    asked = asked_of(change.round, Role.VALIDATOR, "credit-risk")
    assert post(client, noor, asked, digest=change.round.digest).status_code == 302
    page = client.get(f"/changes/{change.ref}/").content.decode()
    assert "Noor Rahimi for Tomasz Wojcik" in page
