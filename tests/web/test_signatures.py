"""The page of a signature, and its attestation as a file, for those who may see it."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Look, Signature
from apps.approvals.selectors import verified
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.web.views import signatures
from tests.api.conftest import secret_of
from tests.people import DIGEST, a_need, a_round, add_person, asked_of, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def val() -> User:
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def signature(val: User) -> Signature:
    asked = asked_of(a_round(a_need(component="m")), Role.VALIDATOR, "m")
    return sign(
        actor=person(val), requirement=asked, digest=DIGEST, decision="approve", note="Looks <b>fine</b>."
    )


def test_signature_page_says_name_time_and_meaning_and_that_it_verifies(
    client: Client, val: User, signature: Signature
) -> None:
    client.force_login(val)
    text = client.get(f"/approvals/signatures/{signature.pk}/").content.decode()
    assert "The attestation verifies." in text
    for said in (signature.printed_name, signature.meaning, "UTC", DIGEST, "Password", "Looks &lt;b&gt;fine"):
        assert said in text, said
    for point in signature.checked:
        assert point in text
    assert f"{signature.signed_at:%H:%M:%S}" in text


def test_signature_page_when_the_attestation_was_changed_says_so(
    client: Client, val: User, signature: Signature, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = signature.attestation.replace('"sig":"', '"sig":"AA')
    found = Signature.objects.select_related("signer", "requirement__round").get(pk=signature.pk)
    found.attestation = changed
    monkeypatch.setattr(signatures, "signature_for", lambda user, pk: found)
    client.force_login(val)
    text = client.get(f"/approvals/signatures/{signature.pk}/").content.decode()
    assert "The attestation does not verify." in text
    assert "The attestation verifies." not in text


def test_attestation_over_page_and_api_is_the_file_that_was_signed(
    client: Client, val: User, signature: Signature
) -> None:
    client.force_login(val)
    answer = client.get(f"/approvals/signatures/{signature.pk}/attestation.json")
    assert answer.content.decode() == signature.attestation
    assert "attachment" in answer["Content-Disposition"]
    assert verified(answer.content).said
    headers = {"Authorization": f"Bearer {secret_of(val)}"}
    path = f"/api/v1/approvals/signatures/{signature.pk}/"
    assert Client(headers=headers).get(path + "attestation/").content == answer.content
    assert Client(headers=headers).get(path).json()["meaning"] == signature.meaning


def test_signature_of_which_one_may_not_know_is_not_found_and_written_down(
    client: Client, signature: Signature
) -> None:
    nobody = add_person("nobody")
    client.force_login(nobody)
    headers = {"Authorization": f"Bearer {secret_of(nobody)}"}
    path = f"/approvals/signatures/{signature.pk}/"
    assert client.get(path).status_code == 404
    assert client.get(path + "attestation.json").status_code == 404
    assert Client(headers=headers).get("/api/v1" + path).status_code == 404
    assert Client(headers=headers).get("/api/v1" + path + "attestation/").status_code == 404
    assert AuditEvent.objects.filter(event="access.denied", object_type="signature").count() == 4


def test_change_managers_page_of_a_signature_asks_the_database_a_constant_number_of_times(
    client: Client, val: User, signature: Signature, django_assert_num_queries: Any
) -> None:
    leila = add_person("leila", Role.CHANGE_MANAGER)
    client.force_login(leila)
    path = f"/approvals/signatures/{signature.pk}/"
    client.get(path)
    with django_assert_num_queries(7):
        client.get(path)
    for name in ("a", "b", "c"):
        Look.objects.create(requirement=signature.requirement, user=val, what=name, at=signature.signed_at)
    with django_assert_num_queries(7):
        assert "3 pieces of evidence opened" not in client.get(path).content.decode(), "the time is unknown"
