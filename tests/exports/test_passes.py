"""A bundle holds what the gate attested, and the verifier compares it with what the ledger says it answered."""

from datetime import timedelta
from typing import Any

import pytest

from apps.evidence.enums import Stage
from apps.gates.enums import Answer
from apps.gates.services import asking
from tests.changes.estate import Estate, submitted
from tests.exports.test_revisions import DAY, estate, pack_days  # noqa: F401 - fixtures
from tests.exports.test_verify import assert_not_verified, rewritten
from tests.gates.conftest import ARTIFACT, plan  # noqa: F401 - a fixture
from tests.gates.test_asking import KEY, ask

DAYS = (DAY, DAY + timedelta(days=1))
ABOUT = {"artifact": ARTIFACT, "component_key": KEY, "environment": "production"}


def test_bundle_with_answers_of_the_gate_verifies_and_counts_each_pass(
    estate: Estate,  # noqa: F811
    plan: None,  # noqa: F811
    pack_days,  # noqa: F811
    run,
) -> None:
    change = submitted(estate)
    passes = [ask(estate, change, Stage.DATA), ask(estate, change, Stage.DATA, **ABOUT)]
    closed = ask(estate, change, Stage.MODEL)
    assert [one.answer for one in (*passes, closed)] == [Answer.PASS, Answer.PASS, Answer.PENDING]
    bundle = pack_days(*DAYS)
    status, said = run(bundle.path, bundle.key)
    assert status == 0, said
    assert "Attested  0 signatures checked, 2 passes of the gate\n" in said
    lines = bundle.members()["attestations.jsonl"].splitlines(keepends=True)
    assert lines == [f"{one.attestation}\n".encode() for one in passes]
    swapped = rewritten(bundle, attestations__jsonl=lines[1] + lines[0])
    assert "is not the one that was recorded" in assert_not_verified(run(swapped, bundle.key))


@pytest.mark.parametrize(
    ("changed", "finding"),
    [
        ({"artifact": "cd" * 32}, "is about something else than the entry"),
        ({"component": "model:default/fraud-score"}, "is about something else than the entry"),
        ({"stage": "promotion"}, "does not say what the entry says"),
        ({"rules_version": 9}, "does not say what the entry says"),
    ],
)
def test_verify_of_a_gate_that_attests_something_else_than_it_recorded_finds_it(
    estate: Estate,  # noqa: F811
    plan: None,  # noqa: F811
    pack_days,  # noqa: F811
    run,
    monkeypatch: pytest.MonkeyPatch,
    changed: dict[str, Any],
    finding: str,
) -> None:
    honest = asking.statement
    monkeypatch.setattr(asking, "statement", lambda **told: honest(**{**told, **changed}))
    assert ask(estate, submitted(estate), Stage.DATA, **ABOUT).answer == Answer.PASS
    bundle = pack_days(*DAYS)
    assert finding in assert_not_verified(run(bundle.path, bundle.key))
