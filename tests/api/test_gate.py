"""The gate over REST, and the command that pipelines ask it with."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import TokenScope
from apps.api.command import command
from apps.audit.selectors import public_key_text
from apps.core import clock
from apps.gates.models import GateDecision
from tests.api.conftest import Caller, secret_of
from tests.changes.estate import Estate, approved, submitted
from tests.gates.conftest import ARTIFACT, Send, auc, measured, plan, ran, send
from tests.people import add_person

pytestmark = pytest.mark.django_db
__all__ = ["measured", "plan", "send"]
"""Fixtures that stand beside the gate's own tests."""


def test_pass_is_200_and_all_else_409_with_every_reason(
    estate: Estate, plan: None, send: Send, call: Caller
) -> None:
    change = submitted(estate)
    question = {"change": change.ref, "stage": "integration"}
    closed = call("amara", "post", "gate/", question)
    assert (closed.status_code, closed["Content-Type"]) == (409, "application/problem+json")
    told = closed.json()
    assert (told["verdict"], told["attestation"], told["detail"]) == (
        "pending",
        None,
        "Better, credit-risk: Nothing was sent yet.",
    )
    assert [one["rule"] for one in told["failed"]] == ["PERF-01", "TEST-01"]
    model = estate.components["credit-risk"].pk
    assert told["failed"][0]["url"] == f"http://testserver/changes/{change.ref}/gates/#PERF-01-{model}"
    send(auc(0.85))
    send(ran())
    passed = call("amara", "post", "gate/", question)
    assert (passed.status_code, passed.json()["verdict"]) == (200, "pass")
    assert passed.json()["attestation"]["payloadType"] == "application/vnd.in-toto+json"
    listed = call("ruth", "get", f"changes/{change.ref}/gate/").json()["results"]
    assert [one["verdict"] for one in listed] == ["pass", "pending"]
    assert call("ruth", "get", f"gate/{listed[0]['decision']}/").json()["verdict"] == "pass"


def test_question_as_a_form_with_hyphens_is_one_line_of_curl(estate: Estate, measured: None) -> None:
    client = Client(headers={"Authorization": f"Bearer {secret_of(estate.people['amara'])}"})
    answer = client.post(
        "/api/v1/gate/", {"change": submitted(estate).ref, "stage": "pre-deploy", "artifact": ARTIFACT}
    )
    assert (answer.status_code, answer.json()["verdict"]) == (409, "pending")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"stage": "soon"}, 422),
        ({"stage": ["model"]}, 422),
        ({"artifact": "latest"}, 422),
        ({"environment": "a\x00b"}, 422),
        ({"component": "model:default/none"}, 422),
        ({"change": "CHG-9"}, 404),
        ({"change": None}, 422),
    ],
)
def test_question_that_cannot_be_is_refused_and_keeps_nothing(
    estate: Estate, plan: None, call: Caller, more: dict[str, Any], status: int
) -> None:
    question = {"change": submitted(estate).ref, "stage": "model"} | more
    assert call("amara", "post", "gate/", question).status_code == status
    assert not GateDecision.objects.exists()


def test_who_may_not_ask_or_see_the_change_gets_no_answer(estate: Estate, plan: None, call: Caller) -> None:
    question = {"change": submitted(estate).ref, "stage": "model"}
    assert call("amara", "post", "gate/", question, scopes=(TokenScope.READ,)).status_code == 403
    stranger = Client(headers={"Authorization": f"Bearer {secret_of(add_person('zoe'))}"})
    for who in (stranger, Client(headers={"Authorization": f"Bearer {secret_of(estate.people['ruth'])}"})):
        assert who.post("/api/v1/gate/", {}).status_code == 403  # whatever the question
        assert "propose, approve or manage" in who.post("/api/v1/gate/", question).json()["detail"]
    assert Client().post("/api/v1/gate/", question).status_code == 401
    decision = call("amara", "post", "gate/", question).json()["decision"]
    assert stranger.get(f"/api/v1/gate/{decision}/").status_code == 404


def test_question_costs_as_many_queries_for_much_evidence_as_for_little(
    estate: Estate, plan: None, send: Send, call: Caller
) -> None:
    change = submitted(estate)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            call("amara", "post", "gate/", {"change": change.ref, "stage": "integration"})
        return len(queries)

    send(auc(0.85))
    send(ran())
    asked()
    one = asked()
    for value in (0.86, 0.87, 0.88, 0.89):
        send(auc(value))
    assert asked() == one


@pytest.fixture
def run(estate: Estate, tmp_path: Path, live_server: Any) -> Any:
    """Return a function that runs the command as a pipeline does, in its own process."""
    path = tmp_path / "countersign.pyz"
    path.write_bytes(command())
    token = secret_of(estate.people["amara"], TokenScope.EVIDENCE, TokenScope.READ)

    def once(*arguments: str, url: str = live_server.url) -> tuple[int, str]:
        environment = {"COUNTERSIGN_URL": url, "COUNTERSIGN_TOKEN": token, "PATH": ""}
        done = subprocess.run(
            [sys.executable, "-I", str(path), *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
        )
        return done.returncode, done.stdout + done.stderr

    return once


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_command_sends_asks_and_verifies_and_ends_with_0_only_for_yes(
    estate: Estate, plan: None, run: Any, tmp_path: Path
) -> None:
    change = approved(estate)
    code, said = run("gate", change.ref, "--stage", "integration")
    assert (code, "pending: Better" in said, "Train it again." in said) == (1, True, True)

    measured_at = clock.now().isoformat()
    (tmp_path / "auc.json").write_text(json.dumps(auc(0.85) | {"measured_at": measured_at}))
    (tmp_path / "tests.json").write_text(json.dumps(ran()))
    (tmp_path / "broken.json").write_text("{")
    artifact = f"sha256:{ARTIFACT}"
    code, said = run("send", change.ref, "auc.json", "tests.json", "--artifact", artifact)
    assert (code, said.count("EV-")) == (0, 2), said
    assert run("send", change.ref, "broken.json")[0] == 1
    key = estate.components["credit-risk"].key
    question = (
        *("--stage", "integration", "--environment", "production"),
        *("--artifact", artifact, "--component", key),
    )
    code, said = run("gate", change.ref, *question, "--save", "answer.json")
    assert (code, said.splitlines()[0]) == (0, f"{change.ref}, integration: pass")
    (tmp_path / "ledger.key").write_text(public_key_text())

    def verified(*arguments: str) -> tuple[int, str]:
        code, said = run("verify", "answer.json", "--key", "ledger.key", *arguments, url="")
        return code, said.strip()

    assert verified(*question)[0] == 0
    assert verified("--artifact", "cd" * 32)[1].startswith("No: it is about the artifact")
    assert verified("--component", "model:default/fraud")[1] == (
        f"No: it is about the component {key}, and not model:default/fraud."
    )
    assert verified("--stage", "model")[1].startswith("No: it is about the stage")
    answer = json.loads((tmp_path / "answer.json").read_text())
    payload = answer["attestation"]["payload"]
    answer["attestation"]["payload"] = ("A" if payload[0] != "A" else "B") + payload[1:]
    (tmp_path / "answer.json").write_text(json.dumps(answer))
    assert verified() == (1, "No: the attestation was changed, or another key signed it.")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_command_that_cannot_find_out_ends_with_2(estate: Estate, run: Any, tmp_path: Path) -> None:
    assert run("gate", "CHG-1", "--stage", "model", url="ftp://example.org")[0] == 2
    assert run("gate", "CHG-1", "--stage", "model", url="")[0] == 2
    assert run("send", "CHG-1", "nothing.json")[0] == 2
    assert run("verify", "nothing.json", "--key", "nothing.key")[0] == 2
    assert run("gate", "CHG-1")[0] == 2
    assert run("gate", "CHG-1", "--stage", "model")[0] == 1
