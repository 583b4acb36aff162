"""The gate, moved by what real tools wrote: sent over REST, asked over REST, and its pass checked offline.

The runs are stored: those of Great Expectations 0.18 beside this file, the others with the shared data.
"""

import base64
import hashlib
import json
import runpy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.accounts.enums import Role
from apps.api.command import command
from apps.audit.selectors import public_key_text
from apps.evidence.enums import Category, Stage
from apps.evidence.rules.checks import Check, Demand, Plan
from tests.api.conftest import secret_of
from tests.changes.estate import NOW, Estate, add_component, at, submitted
from tests.gates.conftest import ARTIFACT, put_in_force

pytestmark = pytest.mark.django_db
SOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""Days after the tools ran. A month later, nothing that they measured is fresh."""
MONTH = timedelta(days=30)
MEASURED = "2026-11-21T02:17:00Z"
"""For the files that do not say when they were measured."""
HERE = Path(__file__).parent / "runs"


class Tool(NamedTuple):
    """What a check asks of a tool, and its runs in the order in which they are sent, each with the gate's answer."""

    stage: Stage
    category: Category
    runs: tuple[tuple[str, str], ...]
    metric: str = ""
    bound: float | None = None

    @property
    def plan(self) -> Plan:
        demand = Demand.PASSES if self.bound is None else Demand.BOUND
        check = Check(
            "REAL-01", "Measured", self.stage, self.category, demand, metric=self.metric, bound=self.bound,
            at_least=False, fresh_for=MONTH, remedy="Run the tool again.",
        )  # fmt: skip
        return Plan(owners={self.stage: Role.VALIDATOR}, checks=(check,))


TOOLS = {
    "great-expectations-1": Tool(
        Stage.DATA,
        Category.SCHEMA,
        (
            ("great_expectations/breast_cancer_validation_pass.json", "pass"),
            ("great_expectations/breast_cancer_validation_fail.json", "denied"),
        ),
    ),
    "great-expectations-0.18": Tool(
        Stage.DATA,
        Category.COMPLETENESS,
        (("great_expectations_018_pass.json", "pass"), ("great_expectations_018_fail.json", "denied")),
    ),
    "datacontract-cli": Tool(
        Stage.DATA,
        Category.UNIQUENESS,
        (
            ("datacontract_cli/breast_cancer_good.json", "pass"),
            ("datacontract_cli/breast_cancer_bad.json", "denied"),
        ),
    ),
    "evidently": Tool(
        Stage.FEATURES,
        Category.DRIFT,
        (
            ("evidently/breast_cancer_summary_no_reference.report.json", "pending"),
            ("evidently/breast_cancer_drift_preset.report.json", "denied"),
            ("evidently/breast_cancer_candidate_pass.snapshot.json", "pass"),
            ("evidently/breast_cancer_drifted_fail.snapshot.json", "denied"),
        ),
    ),
    "evidently-legacy": Tool(
        Stage.FEATURES,
        Category.DRIFT,
        (
            ("evidently_legacy/breast_cancer_testsuite_pass.snapshot.json", "pass"),
            ("evidently_legacy/breast_cancer_testsuite_fail.json", "denied"),
            ("evidently_legacy/breast_cancer_drift_report.json", "pending"),
        ),
    ),
    "metrics": Tool(
        Stage.MODEL,
        Category.FAIRNESS,
        (
            ("fairlearn_sklearn/breast_cancer_metrics.json", "pending"),
            ("fairlearn_sklearn/breast_cancer_fairness_fail.json", "denied"),
            ("fairlearn_sklearn/breast_cancer_fairness_pass.json", "pass"),
        ),
        metric="equalized_odds_difference",
        bound=0.15,
    ),
    "pytest": Tool(
        Stage.INTEGRATION,
        Category.TESTS,
        (
            ("junit/breast_cancer_model_tests_pass.xml", "pass"),
            ("junit/breast_cancer_model_tests_fail.xml", "denied"),
        ),
    ),
    "openlineage": Tool(
        Stage.DATA,
        Category.COMPLETENESS,
        (
            ("openlineage/serde_run_event.json", "pending"),  # began, and did not end
            ("openlineage/full_event.json", "stale"),  # of 2020
            ("openlineage/assertions_facet_only.json", "pass"),
        ),
    ),
}


@pytest.mark.parametrize("name", TOOLS)
def test_gate_opens_for_a_run_that_passed_alone_and_names_it_in_what_it_attests(
    estate: Estate, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    tool = TOOLS[name]
    put_in_force(estate, tool.plan)
    model = add_component("model", "tumour-screening", estate.team)
    model.versions.create(version="2.1.0", released_at=NOW)
    estate.components[model.name] = model
    change = submitted(estate, names=(model.name,), version="2.1.0")
    about = {"change": change.ref, "stage": tool.stage, "artifact": ARTIFACT}

    def gate(client: Client) -> Any:
        answer = client.post("/api/v1/gate/", about)
        told = answer.json()
        assert answer.status_code == (200 if told["verdict"] == "pass" else 409)
        assert [one["rule"] for one in told["failed"]] == ([] if told["verdict"] == "pass" else ["REAL-01"])
        assert bool(told["attestation"]) == (told["verdict"] == "pass")
        return told

    with at(SOON):
        client = _client(estate)
        assert gate(client)["verdict"] == "pending"
        for path, verdict in tool.runs:
            content = _run(shared_data, path)
            file = SimpleUploadedFile(Path(path).name, content)
            more = {"artifact": ARTIFACT, "measured_at": MEASURED}
            sent = client.post(f"/api/v1/changes/{change.ref}/evidence/", {"file": file, **more})
            assert sent.status_code == 201, sent.content
            told = gate(client)
            assert told["verdict"] == verdict, (path, told)
            if verdict == "pass":
                passed, digest = told, hashlib.sha256(content).hexdigest()
    check = _offline(tmp_path, monkeypatch, passed)
    asked = ("--change", change.ref, "--stage", tool.stage, "--artifact", ARTIFACT)
    assert (check(*asked), check(*asked[:-1], "cd" * 32)) == (0, 1)
    assert [one["digest"]["sha256"] for one in _evidence(passed)] == [digest]
    with at(SOON + MONTH):
        assert gate(_client(estate))["verdict"] == "stale"


def _client(estate: Estate) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret_of(estate.people['amara'])}"})


def _run(shared_data: Path, path: str) -> bytes:
    return (shared_data / "evidence" / path if "/" in path else HERE / path).read_bytes()


def _evidence(answer: Any) -> list[Any]:
    """Return what a pass says that it rests on."""
    payload = json.loads(base64.b64decode(answer["attestation"]["payload"]))
    evidence: list[Any] = payload["predicate"]["inputAttestations"]
    return evidence


def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Any) -> Callable[..., int]:
    """Return a function that checks a pass as a pipeline does on the same day: with the command, a file and a key."""
    for name, content in (
        ("countersign.pyz", command()),
        ("answer.json", json.dumps(answer).encode()),
        ("ledger.key", public_key_text().encode()),
    ):
        (tmp_path / name).write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path / "countersign.pyz")
    monkeypatch.chdir(tmp_path)
    main = runpy.run_path("countersign.pyz")["main"]

    def check(*arguments: str) -> int:
        with time_machine.travel(SOON, tick=False):
            code: int = main(["verify", "answer.json", "--key", "ledger.key", *arguments])
        return code

    return check
