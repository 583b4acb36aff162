"""The start of a change goes through its gate; an emergency is measured afterwards, and closed once it was."""

import json
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import AuditEvent
from apps.catalog.models import Component
from apps.catalog.selectors import forget_graph
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.services import close_change, complete_change, start_change
from apps.core.errors import PolicyBlocked
from apps.evidence.enums import Stage
from apps.gates.services import Ask, ask_gate
from tests.api.conftest import Caller, call
from tests.changes.estate import IN_WINDOW, Estate, approved, at, fresh, sign_all
from tests.changes.test_emergency import let_go, urgent
from tests.gates.conftest import ARTIFACT, Send, auc, ran

pytestmark = pytest.mark.django_db
__all__ = ["call"]


def start(estate: Estate, change: Any) -> Change:
    with at(IN_WINDOW):
        return start_change(actor=estate.actor("amara"), change=fresh(change))


def test_start_against_the_gate_is_refused_with_each_reason_and_moves_nothing(
    estate: Estate, plan: None, send: Send
) -> None:
    change = approved(estate)
    send(auc(0.7))
    entries = AuditEvent.objects.count()
    with pytest.raises(PolicyBlocked) as refused:
        start(estate, change)
    assert [(one.says.partition(",")[0], one.remedy) for one in refused.value.because] == [
        ("Better", "Train it again."),
        ("Its tests pass", "Measure it, and send the result as evidence."),
    ]
    assert refused.value.because[0].url.startswith(f"/changes/{change.ref}/gates/#PERF-01-")
    assert (fresh(change).state, AuditEvent.objects.count()) == (ChangeState.APPROVED, entries)
    send(auc(0.85))
    send(ran())
    assert start(estate, change).state == ChangeState.IN_PROGRESS


def test_start_refused_on_the_page_and_over_rest_says_each_reason_with_its_remedy_and_page(
    estate: Estate,
    plan: None,
    call: Caller,  # noqa: F811
) -> None:
    change = approved(estate)
    client = Client()
    client.force_login(estate.people["amara"])
    with at(IN_WINDOW):
        page = client.post(f"/changes/{change.ref}/start/")
        answer = call("amara", "post", f"changes/{change.ref}/start/")
    assert (page.status_code, answer.status_code) == (403, 409)
    shown = page.content.decode()
    for one in answer.json()["reasons"]:
        assert f'<a href="{one["url"]}">{one["says"]}</a>' in shown
        assert one["remedy"] in shown
    assert len(answer.json()["reasons"]) == 2


def test_emergency_starts_before_it_is_measured_and_is_closed_once_it_was(
    estate: Estate, plan: None, send: Send
) -> None:
    change = start(estate, let_go(estate, urgent(estate)))
    entry = AuditEvent.objects.get(event="gate.passed_over")
    assert json.loads(bytes(entry.entry))["data"] == {"rules": ["PERF-01", "TEST-01"], "count": 2}
    sign_all(estate, fresh(change))
    with at(IN_WINDOW):
        complete_change(actor=estate.actor("amara"), change=fresh(change))
        with pytest.raises(PolicyBlocked, match="before it was measured. Still open: Better"):
            close_change(actor=estate.actor("amara"), change=fresh(change))
        send(auc(0.85))
        send(ran())
        with pytest.raises(PolicyBlocked, match="review"):
            close_change(actor=estate.actor("amara"), change=fresh(change))


def test_emergency_does_not_start_against_what_was_measured(estate: Estate, plan: None, send: Send) -> None:
    change = let_go(estate, urgent(estate))
    send(auc(0.7))
    with pytest.raises(PolicyBlocked) as refused:
        start(estate, change)
    assert [one.says.partition(",")[0] for one in refused.value.because] == ["Better"]


def test_rules_that_the_portal_comes_with_keep_pipelines_and_nobody_who_starts(estate: Estate) -> None:
    Component.objects.filter(key="model:default/credit-risk").update(tier=1)
    forget_graph()
    change = approved(estate)
    with at(IN_WINDOW):
        decision = ask_gate(
            actor=estate.actor("amara"), change=change, ask=Ask(stage=Stage.PRE_DEPLOY, artifact=ARTIFACT)
        )
    assert "impact-assessed" in {one["rule"] for one in decision.reasons}
    assert decision.rules_version == 1
    assert start(estate, change).state == ChangeState.IN_PROGRESS
