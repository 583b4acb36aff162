"""What others see of a change while its requester revises it: what was submitted, and nothing of the draft."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.changes.rules.inputs import ItemInput
from apps.changes.selectors.frozen import as_submitted
from apps.changes.services import revise_change, save_what
from apps.core.errors import Invalid
from apps.evidence.enums import PlanState, Stage
from apps.evidence.rules.checks import STARTER
from apps.evidence.selectors import plan_in_force
from apps.evidence.services import Order, propose_checks, receive_evidence, settle_checks
from apps.gates.models import GateDecision
from apps.gates.selectors import standing_at
from apps.gates.services import Ask, ask_gate
from tests.api.conftest import secret_of
from tests.changes.estate import NOW, Estate, add_component, at, draft, fresh, submitted
from tests.gates.conftest import ARTIFACT, Send, auc, ran

pytestmark = pytest.mark.django_db
SECRET = "hidden-thing"
KEY = f"model:default/{SECRET}"


@pytest.fixture
def revised(estate: Estate, plan: None, send: Send) -> Any:
    """A change that was submitted, measured, and is revised: it is to move something more, which is measured too."""
    change = submitted(estate)
    send(auc(0.85))
    more = add_component("model", SECRET, estate.team)
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=change)
        items = [ItemInput(key, "2") for key in ("model:default/credit-risk", KEY)]
        save_what(actor=estate.actor("amara"), change=fresh(change), items=items)
        order = Order(version=more.versions.get(version="2"), content=json.dumps(ran()).encode())
        receive_evidence(actor=estate.actor("amara"), order=order, carries=True)
    return fresh(change)


def read_by(person: User, ref: str) -> dict[str, str]:
    web, api = Client(), Client(headers={"Authorization": f"Bearer {secret_of(person)}"})
    web.force_login(person)
    paths = [f"/changes/{ref}/{one}/" for one in ("gates", "gates/asked", "evidence", "contracts")]
    found = {path: web.get(path) for path in [*paths, f"/rules/no-weekend/?change={ref}"]}
    rest = [f"/api/v1/changes/{ref}/{one}/" for one in ("evidence", "gate", "contracts")]
    found |= {path: api.get(path) for path in rest}
    assert {path: answer.status_code for path, answer in found.items()} == dict.fromkeys(found, 200)
    return {path: answer.content.decode() for path, answer in found.items()}


def asked_by(estate: Estate, name: str, change: Any, **more: Any) -> GateDecision:
    with at(NOW):
        return ask_gate(actor=estate.actor(name), change=change, ask=Ask(stage=Stage.MODEL, **more))


def test_change_being_revised_shows_others_what_was_submitted_alone(estate: Estate, revised: Any) -> None:
    asked_by(estate, "amara", revised, artifact=ARTIFACT, component_key=KEY)
    for path, shown in read_by(estate.people["ruth"], revised.ref).items():
        assert SECRET not in shown, path
    mine = read_by(estate.people["amara"], revised.ref)
    assert SECRET in mine[f"/changes/{revised.ref}/evidence/"]
    assert KEY in mine[f"/api/v1/changes/{revised.ref}/gate/"]


def test_gate_asked_by_another_while_it_is_revised_is_pending_and_names_what_was_submitted(
    estate: Estate, revised: Any
) -> None:
    answered = asked_by(estate, "priya", revised, artifact=ARTIFACT)
    assert (answered.component_key, answered.answer) == ("model:default/credit-risk", "pending")
    assert SECRET not in f"{answered.checks}{answered.reasons}"
    with pytest.raises(Invalid, match="does not move"):
        asked_by(estate, "priya", revised, artifact=ARTIFACT, component_key=KEY)
    assert {one["component"] for one in asked_by(estate, "amara", revised).checks} >= {KEY}


def test_draft_in_hand_is_held_to_the_checks_in_force_and_what_was_submitted_to_those_of_its_submission(
    estate: Estate, revised: Any
) -> None:
    before = plan_in_force().number
    with at(NOW + timedelta(days=1)):
        newer = propose_checks(
            actor=estate.actor("leila"), document=STARTER.document(), reason="More of them."
        )
        settle_checks(actor=estate.actor("leila"), plan=newer, state=PlanState.IN_FORCE)
        assert standing_at(fresh(revised)).plan.number == newer.number
        assert standing_at(as_submitted(fresh(revised))).plan.number == before


def test_page_of_a_change_being_revised_costs_no_more_for_more_that_moved(estate: Estate, plan: None) -> None:
    def cost(*names: str) -> int:
        change = submitted(estate, names=names)
        client = Client()
        client.force_login(estate.people["ruth"])
        with at(NOW):
            revise_change(actor=estate.actor("amara"), change=change)
        client.get(f"/changes/{change.ref}/gates/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/changes/{change.ref}/gates/").status_code == 200
        return len(queries)

    assert cost("credit-risk", "applications", "loans") == cost("credit-risk")


def test_evidence_of_a_draft_is_found_by_whoever_sees_the_draft_alone(estate: Estate, send: Send) -> None:
    change, report = draft(estate), send(auc(0.85))

    def status(name: str) -> set[int]:
        web, api = Client(), Client(headers={"Authorization": f"Bearer {secret_of(estate.people[name])}"})
        web.force_login(estate.people[name])
        ends = ("", "file/")
        return {web.get(f"/evidence/{report.ref}/{end}").status_code for end in ends} | {
            api.get(f"/api/v1/evidence/{report.ref}/{end}").status_code for end in (*ends, "results/")
        }

    assert (status("amara"), status("ruth")) == ({200}, {404})
    submitted(estate)
    assert status("ruth") == {200}
    assert change.revision is None
