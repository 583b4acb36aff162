"""Approving several over REST: one password, and for each a signature or the reason why not."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.enums import Role, TokenScope
from apps.accounts.models import User
from apps.approvals.models import Requirement, Round, Signature
from apps.audit.models import AuditEvent
from tests.api.conftest import secret_of
from tests.approvals.test_together import several
from tests.people import PASSWORD, a_round, add_person, asked_of
from tests.second_factors import code, with_app

pytestmark = pytest.mark.django_db

PATH = "/api/v1/approvals/together/"


@pytest.fixture
def val() -> User:
    cache.clear()
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def calls(val: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret_of(val)}"})


def item(calls: Client, asked: Requirement) -> dict[str, Any]:
    """Ask what one would sign, and return what signs it."""
    intent = calls.post(f"/api/v1/approvals/{asked.pk}/intent/").json()
    return {
        "requirement": asked.pk,
        "digest": intent["digest"],
        "nonce": intent["nonce"],
        "checked": intent["checklist"],
    }


def send(calls: Client, items: list[dict[str, Any]], **more: Any) -> Any:
    values = {"items": items, "password": PASSWORD} | more
    return calls.post(PATH, values, content_type="application/json")


def test_together_signs_each_legal_one_and_says_why_of_the_others(calls: Client, val: User) -> None:
    asked = [*several(2), asked_of(a_round(), Role.VALIDATOR)]
    items = [item(calls, one) for one in asked]
    Round.objects.filter(pk=asked[0].round_id).update(digest="0" * 64)
    answer = send(calls, items)
    assert answer.status_code == 201
    body = answer.json()
    assert [one["id"] for one in body["signed"]] == [Signature.objects.get().pk]
    assert {one["requirement"]: one["reason"].split(".")[0] for one in body["left"]} == {
        asked[0].pk: f"{asked[0].round.subject_ref} is no longer what you were shown",
        asked[2].pk: "This is no standard change",
    }
    assert Signature.objects.get().auth_method == "token"
    assert AuditEvent.objects.filter(event="access.denied").count() == 1


def test_together_when_nothing_can_be_signed_is_a_problem_that_names_each(calls: Client, val: User) -> None:
    asked = several(2)
    items = [item(calls, one) for one in asked]
    Round.objects.update(digest="0" * 64)
    answer = send(calls, items)
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert [one["requirement"] for one in answer.json()["left"]] == [one.pk for one in asked]
    (other,) = several(1)
    answer = send(calls, [item(calls, other) | {"nonce": "guessed"}])
    assert answer.status_code == 403
    assert "not shown to you" in answer.json()["left"][0]["reason"]
    assert not Signature.objects.exists()


def test_together_with_a_code_app_takes_one_code_for_all(calls: Client, val: User, settings: Any) -> None:
    settings.MFA_TOTP_TOLERANCE = 1
    with_app(val)
    items = [item(calls, one) for one in several(3)]
    assert send(calls, items).status_code == 403
    assert not Signature.objects.exists()
    assert len(send(calls, items, code=code(step=1)).json()["signed"]) == 3


def test_together_refuses_what_it_cannot_read_too_many_and_one_twice(calls: Client, val: User) -> None:
    one = item(calls, several(1)[0])
    for items in (
        [],
        [one] * 26,
        [one, one],
        [{}],
        [one | {"requirement": "x"}],
        [one | {"requirement": 2**63}],
    ):
        assert send(calls, items).status_code == 422, items
    assert send(calls, [one], password="guess").status_code == 403
    assert send(calls, [one | {"requirement": 10**9}]).status_code == 404
    reading = Client(headers={"Authorization": f"Bearer {secret_of(val, TokenScope.READ)}"})
    assert send(reading, [one]).status_code == 403
    assert not Signature.objects.exists()
