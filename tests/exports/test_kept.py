"""A signature that was kept for a new revision, in what leaves the portal: the bundle, the report, the population."""

import base64
import json
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.approvals.models import EarlierSignature, Requirement, Signature
from apps.audit.services import seal_pending
from apps.exports.services.lives import life_of
from tests.approvals.test_covering import covering
from tests.changes.estate import NOW, Estate, approved, at, fresh, sign_all, submitted
from tests.changes.test_edits import replan, retitle, revised
from tests.exports.test_attestations import attestation_lines, forge
from tests.exports.test_revisions import DAY, estate, pack_days  # noqa: F401
from tests.exports.test_verify import assert_not_verified
from tests.people import sign

pytestmark = pytest.mark.django_db(transaction=True)


def test_bundle_attests_what_was_kept_and_verifies(estate: Estate, pack_days: Any, run: Any) -> None:  # noqa: F811
    change = revised(estate, approved(estate), replan)
    sign_all(estate, change)
    packed = pack_days(DAY, DAY)
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert (Signature.objects.count(), EarlierSignature.objects.filter(counts=True).count()) == (4, 2)
    assert "Attested  4 signatures checked, 2 times one was kept for a later revision" in said
    assert len(attestation_lines(packed)) == 6


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sha256": "0" * 64}, "is about another revision than the entry"),
        ({"because": "I say so."}, "does not say what the entry says"),
        ({"signed_digest": "0" * 64}, "does not say what the entry says"),
        ({"signer": "person:999"}, "does not say what the entry says"),
        ({"signature": "0" * 64}, "does not say what the entry says"),
    ],
)
def test_verify_of_a_portal_that_keeps_something_else_finds_it(
    estate: Estate,  # noqa: F811
    pack_days: Any,  # noqa: F811
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, str],
    told: str,
) -> None:
    change = approved(estate)
    forge(monkeypatch, **changes)
    revised(estate, change, retitle)
    packed = pack_days(DAY, DAY)
    assert told in assert_not_verified(run(packed.path, packed.key))


def test_life_of_a_change_names_the_digest_that_each_signature_is_on(estate: Estate) -> None:  # noqa: F811
    change = revised(estate, approved(estate), retitle)
    checkpoint = seal_pending()
    assert checkpoint is not None
    life = life_of(change.ref, checkpoint.size)
    assert life.frozen is not None
    assert life.frozen.data["digest"] == change.revision.digest
    first, last = life.askings
    assert (len(first.decisions), len(last.decisions), len(last.kept)) == (3, 0, 3)
    assert {step.data["signed_digest"] for step in last.kept} == {first.digest}
    assert {step.data["digest"] for step in last.kept} == {last.digest}


def test_bundle_names_both_of_a_deputy_whose_signature_was_kept(
    estate: Estate,  # noqa: F811
    pack_days: Any,  # noqa: F811
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change = submitted(estate)
    sponsor = Requirement.objects.get(round=change.round, role=Role.SPONSOR)
    with at(NOW):
        covering(estate.people["henrik"], estate.people["leila"])
        sign(actor=estate.actor("leila"), requirement=sponsor, digest=change.round.digest, decision="approve")
    sign_all(estate, change)
    revised(estate, fresh(change), retitle)
    packed = pack_days(DAY, DAY)
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    kept = [
        one for one in map(payload, attestation_lines(packed)) if one["predicateType"].endswith("kept:v1")
    ]
    assert f"person:{estate.people['henrik'].pk}" in {one["predicate"].get("for") for one in kept}
    forge(monkeypatch, **{"for": "person:999"})
    revised(estate, fresh(change), lambda estate, change: retitle(estate, change, "Once more"))
    again = pack_days(DAY, DAY)
    assert "does not say what the entry says" in assert_not_verified(run(again.path, again.key))


def payload(line: bytes) -> Any:
    return json.loads(base64.b64decode(json.loads(line)["payload"]))
