"""A change that went ahead before everyone had signed, in what leaves the portal: bundle, attestation, report."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.approvals.models import BreakGlass, Signature
from apps.approvals.services import escalate_unsigned
from apps.audit.services import seal_pending
from apps.changes.models import Change
from apps.core import actors
from apps.core.canonical import canonical_bytes
from apps.exports.rules import report_words as say
from tests.changes.estate import Estate, at, fresh, sign_all
from tests.changes.test_emergency import LINK, let_go, refuse, started, urgent
from tests.exports.test_attestations import attestation_lines, forge
from tests.exports.test_kept import payload
from tests.exports.test_reports import report_of, words_of
from tests.exports.test_revisions import DAY, estate, pack_days  # noqa: F401 - fixtures
from tests.exports.test_verify import assert_not_verified, rewritten

pytestmark = pytest.mark.django_db(transaction=True)


def signed_afterwards(estate: Estate) -> Change:  # noqa: F811
    """Return a change that went ahead, and that everyone passed over has signed since."""
    change = let_go(estate, urgent(estate))
    sign_all(estate, fresh(change))
    return fresh(change)


def test_bundle_attests_that_it_went_ahead_and_verifies(estate: Estate, pack_days: Any, run: Any) -> None:  # noqa: F811
    change = signed_afterwards(estate)
    packed = pack_days(DAY, DAY)
    status, said = run(packed.path, packed.key)
    assert status == 0, said
    assert f"Attested  {Signature.objects.count() + 1} signatures checked" in said
    statements = [payload(line) for line in attestation_lines(packed)]
    (ahead,) = [one["predicate"] for one in statements if one["predicate"]["decision"] == "go_ahead"]
    broken = BreakGlass.objects.get()
    assert ahead["signer"] == f"person:{broken.by_id}"
    assert ahead["meaning"] == broken.meaning
    assert {one["role"] for one in ahead["passed_over"]} == {"sponsor", "validator", "owner"}
    entries = [json.loads(line) for line in packed.members()["entries.jsonl"].splitlines()]
    events = [entry["event"] for entry in entries]
    assert events.index("approval.went_ahead") < events.index("approval.signed_afterwards")
    approved = next(entry for entry in entries if entry["event"] == "change.approved")
    assert (approved["object"]["id"], approved["data"]["went_ahead"]) == (change.ref, True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sha256": "0" * 64}, "is about another revision than the entry"),
        ({"decision": "approve"}, "states another decision than the entry"),
        ({"signer": "person:999"}, "names another person than the entry"),
        ({"meaning": "I like it"}, "does not say what the entry says"),
        ({"nonce": "another"}, "does not say what the entry says"),
        ({"passed_over": []}, "does not say what the entry says"),
        ({"sign_by": "2030-01-01T00:00:00Z"}, "does not say what the entry says"),
    ],
)
def test_verify_of_a_portal_that_attests_another_going_ahead_finds_it(
    estate: Estate,  # noqa: F811
    pack_days: Any,  # noqa: F811
    run: Any,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, Any],
    told: str,
) -> None:
    change = urgent(estate)
    forge(monkeypatch, **changes)
    let_go(estate, change)
    packed = pack_days(DAY, DAY)
    assert told in assert_not_verified(run(packed.path, packed.key))


def test_verify_with_the_going_ahead_left_out_finds_it(estate: Estate, pack_days: Any, run: Any) -> None:  # noqa: F811
    signed_afterwards(estate)
    packed = pack_days(DAY, DAY)
    left = b"".join(
        line for line in attestation_lines(packed) if payload(line)["predicate"]["decision"] != "go_ahead"
    )
    assert "attestation" in assert_not_verified(run(rewritten(packed, attestations__jsonl=left), packed.key))


def test_attestation_of_going_ahead_is_checked_by_the_command(
    estate: Estate,  # noqa: F811
    ledger_home: Path,
    tmp_path: Path,
) -> None:
    let_go(estate, urgent(estate))
    seal_pending()
    broken = BreakGlass.objects.get()
    file = tmp_path / "ahead.dsse.json"
    file.write_text(broken.attestation)
    said = io.StringIO()
    call_command("verify_attestation", str(file), key=ledger_home / "ledger.pub", stdout=said)
    assert "It verifies." in said.getvalue()
    assert "Decision   go_ahead\n" in said.getvalue()
    assert broken.meaning in said.getvalue()
    envelope = json.loads(broken.attestation)
    file.write_bytes(canonical_bytes(envelope | {"payload": envelope["payload"][:-8] + "AAAAAAA="}))
    with pytest.raises(CommandError, match="does not verify"):
        call_command("verify_attestation", str(file), key=ledger_home / "ledger.pub")


def test_report_says_who_let_it_go_ahead_why_and_what_came_of_it(estate: Estate, tmp_path: Path) -> None:  # noqa: F811
    change = signed_afterwards(estate)
    said = words_of(report_of(change.ref, tmp_path / "report.pdf"))
    broken = BreakGlass.objects.get()
    for wanted in (
        "It was let go ahead before everyone had signed.",
        f"Leila Haddad: {broken.meaning}",
        say.utc(broken.at, seconds=True),
        "Reason: Refusals doubled within the hour.",
        f"Incident: {LINK}",
        "Everyone passed over has signed.",
    ):
        assert wanted in said, wanted


def test_report_says_that_it_was_overdue_and_refused_afterwards(estate: Estate, tmp_path: Path) -> None:  # noqa: F811
    change = started(estate)
    with at(BreakGlass.objects.get().due_at + timedelta(minutes=1)):
        assert escalate_unsigned(actor=actors.system("clock"))
    refuse(estate, fresh(change))
    said = words_of(report_of(change.ref, tmp_path / "report.pdf"))
    for wanted in (
        "Not signed by everyone in time.",
        "Refused by those who were passed over.",
        "It was not needed.",
    ):
        assert wanted in said, wanted
