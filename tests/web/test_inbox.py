"""The inbox page: rows, preview, tabs, and how much it asks of the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Round
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from tests.contents import a_revision
from tests.people import DIGEST, a_need, a_round, add_person, add_team, asked_of, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def val() -> User:
    return add_person("val", Role.VALIDATOR, name="Tomasz Wójcik")


def open_change(number: int, by: User) -> Round:
    """Open a round over a change that has content to show."""
    revision = a_revision(number, by, DIGEST)
    need = a_need(component="credit-risk", hours=30)
    return a_round(
        need,
        a_need(Role.SPONSOR),
        by=by,
        ref=revision.change.ref,
        risk=3,
        starts_at=clock.now() + timedelta(days=9),
    )


def page(client: Client, user: User, path: str = "/inbox/") -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_inbox_when_something_needs_a_person_shows_what_follows_and_the_evidence(
    client: Client, val: User
) -> None:
    ann = add_person("ann", name="Amara Okafor")
    add_person("spo", Role.SPONSOR, name="Mei-Lin Zhao")
    round_ = open_change(1042, ann)
    text = page(client, val)
    asked = asked_of(round_, Role.VALIDATOR, "credit-risk")
    assert "1 day left" in text
    assert "If you sign: 1 signature remains. It would start" in text
    assert "Is credit-risk fit?" in text
    assert "Mei-Lin Zhao still signs. Nothing goes live yet." in text
    assert "Amara Okafor is told why, and can send revision 2." in text
    assert "Version 13 against version 12" in text
    assert f'href="/approvals/{asked.pk}/sign/"' in text
    assert f'href="/inbox/{asked.pk}/?tab=needs-me"' in text
    assert " style=" not in text


def test_inbox_when_the_last_signature_is_missing_says_that_it_completes(client: Client, val: User) -> None:
    a_round(a_need(component="m"), starts_at=clock.now() + timedelta(days=2))
    text = page(client, val)
    assert "If you sign: every role has signed, and may start" in text
    assert "Every role has then signed" in text


def test_inbox_when_empty_names_the_next_thing_due(client: Client, val: User) -> None:
    ann = add_person("ann")
    assert "Nothing needs you" in page(client, ann)
    round_ = a_round(by=ann)
    text = page(client, ann)
    assert f"{round_.subject_ref}</a> waits for a Model Validator until" in text
    waiting = page(client, ann, "/inbox/?tab=waiting")
    assert round_.subject_title in waiting
    assert "Waits on Tomasz Wójcik." in waiting
    assert "This part is done for revision 1." in waiting
    assert "If you sign" not in waiting
    assert "No decisions yet" in page(client, ann, "/inbox/?tab=decided")


def test_inbox_when_decided_shows_what_was_signed_and_offers_nothing(client: Client, val: User) -> None:
    round_ = a_round()
    sign(actor=person(val), requirement=asked_of(round_, Role.VALIDATOR), digest=DIGEST, decision="approve")
    text = page(client, val, "/inbox/?tab=decided")
    assert "You signed" in text
    assert "as Model Validator." in text
    assert "/sign/" not in text


def test_inbox_item_when_a_person_may_not_sign_says_why(client: Client, val: User) -> None:
    ann = add_person("ann", Role.REQUESTER)
    asked = asked_of(a_round(by=ann), Role.VALIDATOR)
    text = page(client, ann, f"/inbox/{asked.pk}/")
    assert "You cannot sign this." in text
    assert "Waits on Tomasz Wójcik." in text
    assert "do not hold the role Model Validator" in text
    assert f"/approvals/{asked.pk}/sign/" not in text


def test_inbox_item_when_asked_for_by_a_stranger_is_not_found_and_written_down(
    client: Client, val: User
) -> None:
    asked = asked_of(a_round(), Role.VALIDATOR)
    stranger = add_person("stranger")
    client.force_login(stranger)
    for path in (f"/inbox/{asked.pk}/", f"/approvals/{asked.pk}/sign/", "/inbox/999999/"):
        assert client.get(path).status_code == 404
    assert AuditEvent.objects.filter(event="access.denied", actor_key=f"person:{stranger.pk}").count() == 2


def test_inbox_when_nobody_is_signed_in_asks_for_sign_in(client: Client) -> None:
    for path in ("/inbox/", "/inbox/1/", "/approvals/1/sign/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "query", ["?tab=nonsense", "?page=0", "?page=-1", "?page=x", "?page=99999", "?page=²"]
)
def test_inbox_when_the_address_is_nonsense_still_answers(client: Client, val: User, query: str) -> None:
    a_round()
    page(client, val, f"/inbox/{query}")


def test_inbox_when_there_are_many_pages_through_them(client: Client, val: User) -> None:
    for _ in range(27):
        a_round()
    first = page(client, val)
    assert first.count('class="row-item"') == 25
    assert "/inbox/?tab=needs-me&amp;page=2" in first
    assert page(client, val, "/inbox/?page=2").count('class="row-item"') == 2


@pytest.mark.parametrize(("tab", "queries"), [("needs-me", 20), ("waiting", 24), ("decided", 17)])
def test_inbox_when_it_holds_more_asks_the_database_no_more(
    client: Client, val: User, tab: str, queries: int
) -> None:
    ann, team = add_person("ann", Role.VALIDATOR), add_team("risk")
    add_person("spo", Role.SPONSOR)
    add_person("own", Role.OWNER, team=team)

    def add(number: int) -> None:
        round_ = open_change(number, val)
        if tab == "decided":
            asked = asked_of(round_, Role.VALIDATOR, "credit-risk")
            sign(actor=person(ann), requirement=asked, digest=DIGEST, decision="approve")

    reader = {"needs-me": ann, "waiting": val, "decided": ann}[tab]
    client.force_login(reader)
    counts = []
    for number in (1, 2, 3):
        add(number)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(f"/inbox/?tab={tab}")
        counts.append(len(seen))
    assert counts[0] == counts[2] == queries, [query["sql"][:120] for query in seen.captured_queries]
