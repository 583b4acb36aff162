"""Attestations by themselves: by the portal's keys, by a key that someone pinned, and every way in which they fail."""

import base64
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement, Signature
from apps.approvals.selectors import signature_for, verified, verified_signature
from apps.audit.rules.dsse import IN_TOTO, envelope
from apps.audit.rules.notes import Signer
from apps.audit.selectors import public_key_text
from apps.audit.services import sign_statement
from apps.core.actors import person
from apps.core.canonical import canonical_bytes
from tests.people import DIGEST, a_need, a_round, add_person, asked_of, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def val() -> User:
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def signature(val: User) -> Signature:
    asked = asked_of(a_round(a_need(component="m")), Role.VALIDATOR, "m")
    return sign(
        actor=person(val), requirement=asked, digest=DIGEST, decision="approve", note="Private words."
    )


def parts(signature: Signature) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an envelope and the statement in it."""
    given = json.loads(signature.attestation)
    return given, json.loads(base64.b64decode(given["payload"]))


def test_attestation_of_a_signature_verifies_and_says_what_was_signed(
    val: User, signature: Signature
) -> None:
    found = verified_signature(signature)
    assert found.said is not None
    assert (found.said.digest, found.said.decision) == (DIGEST, "approve")
    assert (found.said.signer, found.said.role, found.said.method) == (
        f"person:{val.pk}",
        "validator",
        "password",
    )
    assert found.said.meaning == signature.meaning
    assert list(found.said.checked) == signature.checked != []
    assert found.key_id == public_key_text().split("+", 2)[1]
    assert "Private words" not in signature.attestation
    assert verified(signature.attestation.encode(), public_key_text()) == found


def test_attestation_by_any_other_key_does_not_verify_by_the_pinned_one(signature: Signature) -> None:
    _, statement = parts(signature)
    thief = Signer("example.org/ledger", bytes(range(32)))
    forged = envelope(kind=IN_TOTO, payload=canonical_bytes(statement), signer=thief)
    assert verified(forged).problem == "It is signed by a key that is not the expected one."
    assert verified(forged, public_key_text()).problem
    assert verified(forged, thief.verifier.text).said
    assert verified(signature.attestation.encode(), thief.verifier.text).problem
    for nothing in ("", "not a key"):
        assert verified(signature.attestation.encode(), nothing).problem == "This is not a ledger key."


def test_attestation_with_any_byte_flipped_does_not_verify(signature: Signature) -> None:
    good = signature.attestation.encode()
    for place in range(0, len(good), 7):
        for bit in (1, 64):
            bad = bytearray(good)
            bad[place] ^= bit
            assert verified(bytes(bad)).said is None, (place, bit)


def test_attestation_replayed_on_another_record_is_found_out(val: User, signature: Signature) -> None:
    other = asked_of(a_round(a_need(component="n"), digest="a" * 64), Role.VALIDATOR, "n")
    second = sign(actor=person(val), requirement=other, digest="a" * 64, decision="approve")
    assert verified_signature(second).said
    second.attestation = signature.attestation
    assert verified_signature(second).problem == "It says something else than this record does."
    second.attestation_digest = signature.attestation_digest
    assert verified_signature(second).problem == "It says something else than this record does."


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"payloadType":"x"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":1}' * 300_000,
    ],
)
def test_attestation_that_is_none_is_refused_in_words(given: bytes) -> None:
    assert verified(given).problem == "This is not an envelope with one signature (DSSE)."


@pytest.mark.parametrize(
    "statement",
    [
        {},
        {"_type": "https://in-toto.io/Statement/v1", "predicateType": "urn:other"},
        {"_type": "https://in-toto.io/Statement/v1", "predicateType": "urn:countersign:approval:v1"},
        {
            "_type": "https://in-toto.io/Statement/v1",
            "predicateType": "urn:countersign:approval:v1",
            "subject": [],
            "predicate": [],
        },
    ],
)
def test_statement_about_something_else_is_no_attestation(
    signature: Signature, statement: dict[str, Any]
) -> None:
    assert "ttestation" in verified(sign_statement(statement)).problem


def test_command_verifies_by_the_key_that_is_given_and_says_what_it_proves(
    signature: Signature, tmp_path: Path
) -> None:
    file, key = tmp_path / "signature.json", tmp_path / "ledger.key"
    file.write_text(signature.attestation)
    key.write_text(public_key_text())
    said = StringIO()
    call_command("verify_attestation", str(file), "--key", str(key), stdout=said)
    call_command("verify_attestation", str(file), stdout=said)
    assert said.getvalue().count("It verifies.") == 2
    assert f"sha256:{DIGEST}" in said.getvalue()
    assert "It does not prove by itself that the person was there" in said.getvalue()
    file.write_text(signature.attestation.replace("payloadType", "payloadtype"))
    with pytest.raises(CommandError, match="It does not verify"):
        call_command("verify_attestation", str(file))
    key.write_text("")
    with pytest.raises(CommandError, match="not a ledger key"):
        call_command("verify_attestation", str(file), "--key", str(key))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_attestation", str(tmp_path / "none"))


def test_signature_is_seen_by_whoever_sees_its_requirement_alone(val: User, signature: Signature) -> None:
    assert signature_for(val, signature.pk) == signature
    assert signature_for(add_person("auditor", Role.AUDITOR), signature.pk) == signature
    assert signature_for(add_person("nobody"), signature.pk) is None
    assert Requirement.objects.get(pk=signature.requirement_id).round.opened_by is None
