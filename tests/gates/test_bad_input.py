"""What nobody means to send or to write: the gate stays closed, and says why."""

from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.evidence.enums import Stage
from apps.evidence.rules.checks import Plan
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from tests.changes.estate import NOW, Estate, submitted
from tests.gates.conftest import RULES, Send, auc, put_in_force, ran
from tests.gates.test_asking import ask, said
from tests.races import at_once

pytestmark = pytest.mark.django_db
EACH = "evidence.checks.all(a, evidence.checks.all(b, a.value + b.value >= 0.0))"


@pytest.mark.parametrize(
    ("expression", "facts", "reason"),
    [
        ("ratio(change.risk, change.risk - change.risk) > 0.5", {"change.risk": 3}, "It divides by zero."),
        (
            " && ".join([EACH] * 16),
            {"evidence.checks": [{"value": 1.0}] * 1500},
            "It looks at too much: there are too many checks for loops inside loops.",
        ),
        ("model.consent", {}, "The fact “model.consent” is not known."),
    ],
    ids=["zero", "loops", "missing"],
)
def test_rule_without_an_answer_keeps_the_gate_closed_and_says_why(
    estate: Estate, send: Send, expression: str, facts: dict[str, Any], reason: str
) -> None:
    rule = RULES["rules"][0] | {  # type: ignore[index]
        "id": "no-answer",
        "title": "No answer",
        "stage": "model",
        "expression": expression,
        "examples": [{"given": "What it cannot tell", "facts": facts, "expected": "inconclusive"}],
    }
    put_in_force(estate, Plan(owners={Stage.MODEL: Role.VALIDATOR}), RULES | {"rules": [rule]})
    rows = [{"name": f"c{n}", "category": "other", "outcome": "failed", "value": n % 2} for n in range(1500)]
    send({"countersign": "checks/1", "checks": rows})
    decision = ask(estate, submitted(estate))
    assert (decision.answer, said(decision)) == (Answer.PENDING, [("pending", "no-answer")])
    assert decision.reasons[0]["says"] == f"No answer: {reason}"
    assert decision.reasons[0]["remedy"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_number_that_is_none_keeps_the_gate_closed(
    estate: Estate, plan: None, send: Send, value: float
) -> None:
    send(auc(value))
    decision = ask(estate, submitted(estate))
    assert (decision.answer, said(decision)) == (Answer.PENDING, [("pending", "PERF-01")])
    assert "has no number to judge by" in decision.reasons[0]["says"]


@pytest.mark.django_db(transaction=True)
def test_gate_asked_while_a_failure_comes_in_passes_on_what_was_there_before_alone(
    estate: Estate, plan: None, send: Send
) -> None:
    send(auc(0.85))
    change, came, good, bad = submitted(estate), Event(), send(ran()).ref, []

    def fail() -> None:
        later = {"measured_at": (NOW + timedelta(minutes=1)).isoformat()}
        bad.append(send(ran("failed") | later).ref)
        came.set()

    def keep_asking() -> list[tuple[bool, GateDecision]]:
        answers = []
        while len(answers) < 2 or not answers[-2][0]:
            answers.append((came.is_set(), ask(estate, change, Stage.INTEGRATION)))
        return answers

    _, *each = at_once(fail, keep_asking, keep_asking, keep_asking)
    given = [one for answers in each for one in answers]  # type: ignore[attr-defined]
    for after, decision in given:
        assert decision.answer in ((Answer.DENIED,) if after else (Answer.PASS, Answer.DENIED))
        rests_on = {row["evidence"] for row in decision.checks if row["check"] == "TEST-01"}
        assert rests_on == ({*bad} if decision.answer == Answer.DENIED else {good})
