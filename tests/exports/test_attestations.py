"""Each signature's attestation: a signed statement that stands by itself, checked offline against its entry."""

import base64
import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import DatabaseError, transaction

from apps.accounts.enums import Role
from apps.approvals.models import Signature, SignIntent
from apps.audit.models import AuditEvent
from apps.audit.rules.dsse import envelope, signed_bytes
from apps.audit.rules.notes import Signer, parse_verifier
from apps.audit.selectors import public_key_text
from apps.audit.services import keyring
from apps.core.actors import person
from apps.core.canonical import canonical_bytes
from apps.exports.rules.lives import Step
from tests.approvals.test_covering import covering
from tests.changes.estate import Estate, sign_all, submitted
from tests.exports.conftest import Packed
from tests.exports.test_revisions import DAY, bundle, estate, pack_days  # noqa: F401 - fixtures
from tests.exports.test_verify import assert_not_verified, rewritten
from tests.people import add_person, asked_of, sign


def test_signed_bytes_are_those_of_the_published_example() -> None:
    # The example of the DSSE protocol, "DSSEv1 29 http://example.com/HelloWorld 11 hello world".
    assert (
        signed_bytes("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_envelope_opens_with_the_bare_key_of_another_library() -> None:
    signer = Signer("example.org/ledger", bytes(range(32)))
    made = json.loads(envelope(kind="text/plain", payload="Ümläut".encode(), signer=signer))
    payload, signature = base64.b64decode(made["payload"]), base64.b64decode(made["signatures"][0]["sig"])
    key = Ed25519PublicKey.from_public_bytes(signer.verifier.public)
    key.verify(signature, b"DSSEv1 10 text/plain %d %s" % (len(payload), payload))
    with pytest.raises(InvalidSignature):
        key.verify(signature, payload)


def test_sign_attests_the_decision_without_a_name(estate: Estate) -> None:  # noqa: F811
    change = submitted(estate)
    sign_all(estate, change)
    signatures = Signature.objects.order_by("pk")
    assert len(signatures) >= 3
    for signature in signatures:
        digest = hashlib.sha256(signature.attestation.encode()).hexdigest()
        assert signature.attestation_digest == digest
        entry = next(
            event
            for event in AuditEvent.objects.filter(event="approval.signed")
            if json.loads(event.entry)["data"]["attestation"] == digest
        )
        made = json.loads(signature.attestation)
        payload = base64.b64decode(made["payload"])
        key = parse_verifier(public_key_text())
        assert made["payloadType"] == "application/vnd.in-toto+json"
        assert made["signatures"][0]["keyid"] == key.key_id.hex()
        Ed25519PublicKey.from_public_bytes(key.public).verify(
            base64.b64decode(made["signatures"][0]["sig"]), signed_bytes(made["payloadType"], payload)
        )
        statement = json.loads(payload)
        assert payload == canonical_bytes(statement)
        assert statement["_type"] == "https://in-toto.io/Statement/v1"
        assert statement["subject"][0]["digest"] == {"sha256": signature.digest}
        said = statement["predicate"]
        assert (said["decision"], said["meaning"]) == ("approve", signature.meaning)
        assert said["signer"] == f"person:{signature.signer_id}" == entry.actor_key
        assert signature.signer.last_name.encode() not in payload


def test_signature_in_the_database_refuses_any_change_but_to_its_note(estate: Estate) -> None:  # noqa: F811
    sign_all(estate, submitted(estate))
    one = Signature.objects.all()[:1].get()
    for values in (
        {"attestation": "x"},
        {"decision": "reject"},
        {"digest": "0" * 64},
        {"meaning": "x"},
        {"nonce": "x"},
    ):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Signature.objects.filter(pk=one.pk).update(**values)
    SignIntent.objects.all().delete()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        one.delete()
    assert Signature.objects.filter(pk=one.pk).update(note="") == 1


def attestation_lines(packed: Packed) -> list[bytes]:
    return packed.members()["attestations.jsonl"].splitlines(keepends=True)


def test_bundle_holds_each_attestation_and_the_verifier_counts_them(bundle: Packed, run) -> None:  # noqa: F811
    status, said = run(bundle.path, bundle.key)
    assert status == 0, said
    count = Signature.objects.count()
    assert count >= 3
    assert f"Attested  {count} signatures checked" in said
    assert len(attestation_lines(bundle)) == count


def test_verify_with_any_attestation_changed_left_out_doubled_or_moved_finds_it(
    bundle: Packed,  # noqa: F811
    run,
    quick_signatures,
) -> None:
    lines = attestation_lines(bundle)
    for number, line in enumerate(lines):
        for place in range(0, len(line) - 1, 97):
            flipped = bytearray(line)
            flipped[place] ^= 1
            changed = b"".join([*lines[:number], bytes(flipped), *lines[number + 1 :]])
            said = assert_not_verified(run(rewritten(bundle, attestations__jsonl=changed), bundle.key))
            assert said.startswith("NOT VERIFIED: The attestation of the entry at leaf "), said
        left = b"".join(lines[:number] + lines[number + 1 :])
        assert "attestation" in assert_not_verified(
            run(rewritten(bundle, attestations__jsonl=left), bundle.key)
        )
    doubled = b"".join([*lines, lines[0]])
    assert "that no entry of the bundle names" in assert_not_verified(
        run(rewritten(bundle, attestations__jsonl=doubled), bundle.key)
    )
    moved = b"".join([lines[1], lines[0], *lines[2:]])
    assert "attestation" in assert_not_verified(run(rewritten(bundle, attestations__jsonl=moved), bundle.key))


def forge(monkeypatch: pytest.MonkeyPatch, key: Signer | None = None, **changes: str) -> None:
    """Let the portal sign statements that differ from what it records."""

    def sign_statement(statement: dict) -> bytes:
        for name, value in changes.items():
            about = statement["subject"][0]["digest"] if name == "sha256" else statement["predicate"]
            about[name] = value
        return envelope(
            kind=keyring.IN_TOTO, payload=canonical_bytes(statement), signer=key or keyring.signer()
        )

    monkeypatch.setattr("apps.approvals.services.attesting.sign_statement", sign_statement)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sha256": "0" * 64}, "is about another revision than the entry"),
        ({"decision": "reject"}, "states another decision than the entry"),
        ({"signer": "person:999"}, "names another person than the entry"),
        ({"meaning": "I like it"}, "does not say what the entry says"),
        ({"role": "owner of all"}, "does not say what the entry says"),
    ],
)
def test_verify_of_a_portal_that_attests_something_else_finds_it(
    estate: Estate,  # noqa: F811
    pack_days,  # noqa: F811
    run,
    monkeypatch,
    changes,
    told,
) -> None:
    change = submitted(estate)
    forge(monkeypatch, **changes)
    sign_all(estate, change)
    packed = pack_days(DAY, DAY)
    assert told in assert_not_verified(run(packed.path, packed.key))


def test_verify_of_an_attestation_by_another_key_refuses_it(
    estate: Estate,  # noqa: F811
    pack_days,  # noqa: F811
    run,
    monkeypatch,
) -> None:
    change = submitted(estate)
    forge(monkeypatch, Signer("elsewhere", bytes(range(32))))
    sign_all(estate, change)
    packed = pack_days(DAY, DAY)
    said = assert_not_verified(run(packed.path, packed.key))
    assert "is signed by a key that is none of the ledger's" in said


def test_signature_in_anothers_place_names_both_in_report_and_attestation(estate: Estate) -> None:  # noqa: F811
    noor = add_person("noor", Role.REQUESTER, name="Noor Rahimi")
    covering(estate.people["tomasz"], noor, away=True)
    change = submitted(estate)
    asked = asked_of(change.round, Role.VALIDATOR, "credit-risk")
    made = sign(actor=person(noor), requirement=asked, digest=change.round.digest, decision="approve")
    statement = json.loads(base64.b64decode(json.loads(made.attestation)["payload"]))
    assert statement["predicate"]["for"] == f"person:{estate.people['tomasz'].pk}"
    step = Step(1, "approval.signed", made.signed_at, f"person:{noor.pk}", "change", {"for": "person:7"})
    assert step.people == (f"person:{noor.pk}", "person:7")
