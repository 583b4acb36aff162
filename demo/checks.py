"""What the demo organisation asks of its changes, stage by stage, and how that came into force."""

from datetime import datetime, timedelta

from apps.accounts.enums import Role
from apps.approvals.models import Round
from apps.core import clock
from apps.core.actors import Actor
from apps.evidence.enums import Category, Stage
from apps.evidence.models import CheckPlan
from apps.evidence.rules.checks import Check, Demand, Plan
from apps.gates.services import propose_plan
from demo.signing import decide_all

DAYS_BEFORE = 13
"""After the change that failed and the one that was rolled back, which nobody had measured."""
REASON = (
    "We look at numbers after a change went wrong, and each team looks at others. From now on machines measure the "
    "same of each change before it goes out, and the bounds stand before the results do."
)
GAP = "Approval parity gap"
"""By how much the share of those who are approved may differ between a group and all."""
UNDO = "Minutes to roll back"
_MONTH = timedelta(days=30)

PLAN = Plan(
    owners={
        Stage.DATA: Role.STEWARD,
        Stage.FEATURES: Role.STEWARD,
        Stage.MODEL: Role.VALIDATOR,
        Stage.INTEGRATION: Role.OWNER,
        Stage.PRE_DEPLOY: Role.REQUESTER,
        Stage.PROMOTION: Role.OWNER,
    },
    checks=(
        Check(
            "QUAL-01", "Data quality", Stage.DATA, Category.VALIDITY, Demand.PASSES,
            kinds=("dataset",), fresh_for=_MONTH, remedy="Mend the rows that break a rule, and load them again.",
        ),
        Check(
            "DRIFT-01", "Data shift since training", Stage.FEATURES, Category.DRIFT, Demand.PASSES,
            kinds=("feature_set",), fresh_for=_MONTH,
            remedy="Find out why the signal moved. Train anew where it has to.",
        ),
        Check(
            "PERF-01", "Better than today’s model", Stage.MODEL, Category.PERFORMANCE, Demand.CHAMPION,
            kinds=("model",), tiers=(1,), metric="AUC", fresh_for=_MONTH, smallest_sample=1000,
            remedy="Train a better model, or stay with the one in use.",
        ),
        Check(
            "PERF-02", "Closer than today’s forecast", Stage.MODEL, Category.PERFORMANCE, Demand.CHAMPION,
            kinds=("model",), tiers=(2,), metric="Mean error", at_least=False, fresh_for=_MONTH,
            remedy="Train a better model, or stay with the one in use.",
        ),
        Check(
            "FAIR-01", "Fair across groups", Stage.MODEL, Category.FAIRNESS, Demand.BOUND,
            kinds=("model",), tiers=(1,), metric=GAP, bound=0.03, at_least=False, each_segment=True,
            smallest_segment=500, fresh_for=_MONTH, remedy="Add a month of data, and measure again.",
        ),
        Check(
            "TEST-01", "Its tests pass", Stage.INTEGRATION, Category.TESTS, Demand.PASSES,
            kinds=("pipeline",), fresh_for=_MONTH, remedy="Mend what the tests found.",
        ),
        Check(
            "CONTR-01", "Contract with consumers", Stage.INTEGRATION, Category.SCHEMA, Demand.PASSES,
            kinds=("service",), fresh_for=_MONTH, remedy="Mend it, or agree with its consumers.",
        ),
        Check(
            "BACK-01", "Roll-back rehearsed", Stage.PRE_DEPLOY, Category.OTHER, Demand.BOUND,
            kinds=("service",), metric=UNDO, bound=15, at_least=False, fresh_for=timedelta(days=14),
            remedy="Rehearse it, and send how long it took.",
        ),
        Check(
            "LOAD-01", "Speed under load", Stage.PROMOTION, Category.LOAD, Demand.PASSES,
            kinds=("service",), fresh_for=_MONTH, remedy="Run it in shadow on live traffic.",
        ),
    ),
)  # fmt: skip


def approve_checks(now: datetime, author: Actor) -> None:
    """Have a manager propose the checks and another approve them, some time before the changes are submitted."""
    with clock.moved_to(now - timedelta(days=DAYS_BEFORE)):
        plan = propose_plan(actor=author, document=PLAN.document(), reason=REASON)
        # The database writes down when a row is made by its own clock, which the demonstration does not move.
        CheckPlan.objects.filter(pk=plan.pk).update(created_at=clock.now())
    with clock.moved_to(now - timedelta(days=DAYS_BEFORE - 1)):
        decide_all(Round.objects.get(subject_ref=plan.ref))
