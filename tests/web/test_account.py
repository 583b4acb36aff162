"""A person's own pages."""

from datetime import timedelta

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import ApiToken, User
from apps.accounts.services import authenticate_token, issue_token
from apps.core import clock
from apps.core.actors import person
from apps.outbox.models import Notification
from apps.outbox.services import notify
from tests.people import add_person, add_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(client: Client) -> User:
    user = add_person("ann", Role.OWNER, team=add_team("risk"), name="Ann Doe")
    client.force_login(user)
    return user


def test_profile_when_opened_shows_roles_with_their_scope(client: Client, ann: User) -> None:
    text = client.get("/account/").content.decode()
    assert "Service Owner" in text
    assert "Components of Risk" in text
    assert "No end" in text


def test_profile_when_the_zone_is_changed_shows_times_in_it(client: Client, ann: User) -> None:
    assert client.post("/account/", {"time_zone": "Asia/Tokyo"}).status_code == 302
    ann.refresh_from_db()
    assert ann.time_zone == "Asia/Tokyo"
    wrong = client.post("/account/", {"time_zone": "Mars/Olympus"})
    assert wrong.status_code == 422
    assert "There is a problem" in wrong.content.decode()


def test_tokens_when_made_show_the_secret_once(client: Client, ann: User) -> None:
    answer = client.post(
        "/account/tokens/", {"name": "build server", "scopes": ["read", "changes"], "days": "30"}
    )
    token = ApiToken.objects.get()
    text = answer.content.decode()
    secret = text.split('id="secret">')[1].split("<")[0]
    assert authenticate_token(secret) == token
    assert "no-store" in answer["Cache-Control"]
    assert secret not in client.get("/account/tokens/").content.decode()


def test_tokens_when_the_form_is_wrong_make_none(client: Client, ann: User) -> None:
    answer = client.post("/account/tokens/", {"name": "", "scopes": ["root"], "days": "9999"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_tokens_when_revoked_ask_first_and_only_by_post(client: Client, ann: User) -> None:
    later = clock.now() + timedelta(days=9)
    token, secret = issue_token(actor=person(ann), user=ann, name="ci", scopes=["read"], expires_at=later)
    path = f"/account/tokens/{token.prefix}/revoke/"
    assert "Revoke the token ci?" in client.get(path).content.decode()
    assert authenticate_token(secret) is not None
    assert client.post(path).status_code == 302
    assert authenticate_token(secret) is None
    client.force_login(add_person("bob"))
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_notifications_when_read_are_marked_by_post_and_only_ones_own(client: Client, ann: User) -> None:
    bob = add_person("bob")
    for user, number in ((ann, 1), (ann, 2), (bob, 3)):
        notify(
            user=user,
            rule="approval.asked",
            subject=("round", str(number)),
            due=clock.now(),
            title=f"Note {number}",
            body="Please look.",
            url="/inbox/",
        )
    text = client.get("/notifications/").content.decode()
    assert "Note 1" in text
    assert "Note 3" not in text
    first = Notification.objects.get(title="Note 1")
    others = Notification.objects.get(title="Note 3")
    assert client.get("/notifications/read/").status_code == 405
    client.post("/notifications/read/", {"notification": str(others.pk)})
    client.post("/notifications/read/", {"notification": "nonsense"})
    assert Notification.objects.filter(read_at=None).count() == 3
    client.post("/notifications/read/", {"notification": str(first.pk)})
    assert Notification.objects.filter(read_at=None).count() == 2
    client.post("/notifications/read/")
    assert list(Notification.objects.filter(read_at=None)) == [others]


def test_own_pages_when_nobody_is_signed_in_ask_for_sign_in(client: Client) -> None:
    for path in ("/account/", "/account/tokens/", "/account/tokens/x/revoke/", "/notifications/"):
        assert client.get(path)["Location"].startswith("/accounts/login/")


def test_token_list_when_it_grows_asks_the_database_no_more(
    client: Client, ann: User, django_assert_num_queries: object
) -> None:
    for number in range(3):
        issue_token(
            actor=person(ann),
            user=ann,
            name=f"ci {number}",
            scopes=["read"],
            expires_at=clock.now() + timedelta(days=9),
        )
        client.get("/account/tokens/")
        with django_assert_num_queries(6):  # type: ignore[operator]
            client.get("/account/tokens/")
