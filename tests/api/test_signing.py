"""Signing over REST by someone who has an authenticator app."""

from typing import Any

import pytest

from apps.approvals.models import Signature
from tests.api.conftest import Caller
from tests.api.test_main_job import sign, whole_draft
from tests.changes.estate import Estate
from tests.second_factors import code, with_app

pytestmark = pytest.mark.django_db


def statuses(answers: list[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


def test_sign_by_someone_with_an_app_needs_its_code_too(call: Caller, estate: Estate, settings: Any) -> None:
    settings.MFA_TOTP_TOLERANCE = 1
    ref = call("amara", "post", "changes/", whole_draft()).json()["ref"]
    call("amara", "post", f"changes/{ref}/submit/")
    with_app(estate.people["henrik"])
    for wrong in ({}, {"code": ""}, {"code": "000000"}, {"password": "guess", "code": code()}):
        assert statuses(sign(call, "henrik", **wrong)) == [403], wrong
    assert not Signature.objects.exists()
    assert statuses(sign(call, "henrik", code=code(step=1))) == [201]


def test_sign_with_a_note_longer_than_a_page_takes_is_refused_at_the_note(
    call: Caller, estate: Estate
) -> None:
    ref = call("amara", "post", "changes/", whole_draft()).json()["ref"]
    call("amara", "post", f"changes/{ref}/submit/")
    (answer,) = sign(call, "henrik", note="x" * 4001)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["note"])
    assert not Signature.objects.exists()
    assert statuses(sign(call, "henrik", note="x" * 4000)) == [201]
