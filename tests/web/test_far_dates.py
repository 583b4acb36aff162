"""Days and instants at the ends of the calendar, sent by people whose clocks are far from UTC."""

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Delegation
from tests.people import a_need, a_round, add_person, asked_of

pytestmark = pytest.mark.django_db
ZONES = ["Asia/Tokyo", "America/Los_Angeles", "UTC"]


def signed_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def validator(zone: str) -> User:
    user = add_person("val", Role.VALIDATOR)
    User.objects.filter(pk=user.pk).update(time_zone=zone)
    user.refresh_from_db()
    return user


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("first", ["0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31"])
def test_cover_at_the_ends_of_the_calendar_is_refused_at_its_field(zone: str, first: str) -> None:
    user = validator(zone)
    add_person("deputy", Role.REQUESTER)
    sent = {"delegate": "deputy", "first": first, "last": first, "what": "all"}
    answer = signed_in(user).post("/account/cover/", sent)
    assert answer.status_code in (302, 422), answer.content[:300]
    assert Delegation.objects.exists() == (answer.status_code == 302)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "shown", ["0001-01-01T00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)
def test_look_at_the_ends_of_the_calendar_leaves_the_inbox_whole(zone: str, shown: str) -> None:
    user = validator(zone)
    asked = asked_of(a_round(a_need(component="m")), Role.VALIDATOR, "m")
    client = signed_in(user)
    answer = client.post(f"/approvals/{asked.pk}/looked/", {"seconds": "5", "shown": shown})
    assert answer.status_code in (204, 422)
    assert client.get("/inbox/").status_code == 200
    assert client.get(f"/inbox/{asked.pk}/").status_code == 200
