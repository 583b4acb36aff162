"""A plan to start from: what the portal offers, and an organisation makes its own."""

from datetime import timedelta

from apps.accounts.enums import Role
from apps.evidence.enums import Category, Stage
from apps.evidence.rules.checks.plans import Check, Demand, Plan

_DATA = ("dataset", "feature_set", "pipeline")
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)

STARTER = Plan(
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
            "SCHEMA-01", "Columns are as agreed", Stage.DATA, Category.SCHEMA, Demand.PASSES,
            kinds=("dataset",), fresh_for=_MONTH, remedy="Mend the data, or agree on a new contract.",
        ),
        Check(
            "FRESH-01", "Data is fresh", Stage.DATA, Category.FRESHNESS, Demand.PASSES,
            kinds=("dataset",), tiers=(1, 2), fresh_for=_WEEK, blocks=False, remedy="Load newer data.",
        ),
        Check(
            "MISS-01", "Values are not missing", Stage.DATA, Category.COMPLETENESS, Demand.PASSES,
            kinds=("dataset",), fresh_for=_MONTH, remedy="Fill the gaps, or lower the number of missing values.",
        ),
        Check(
            "DRIFT-01", "Signals have not shifted since training", Stage.FEATURES, Category.DRIFT, Demand.PASSES,
            kinds=_DATA, fresh_for=_MONTH, remedy="Find out why the data shifted. Train anew where it has to.",
        ),
        Check(
            "PERF-01", "Better than the model in use", Stage.MODEL, Category.PERFORMANCE, Demand.CHAMPION,
            kinds=("model",), metric="roc_auc", bound=0.0, fresh_for=_MONTH, smallest_sample=500,
            remedy="Train a better model, or measure it against the one in use now.",
        ),
        Check(
            "FAIR-01", "As good for every group", Stage.MODEL, Category.FAIRNESS, Demand.BOUND,
            kinds=("model",), tiers=(1, 2), metric="equalized_odds_difference", bound=0.1, at_least=False,
            fresh_for=_MONTH, remedy="Add data for the group that fares worse, or ask for a waiver.",
        ),
        Check(
            "CAL-01", "Calibrated in every group", Stage.MODEL, Category.CALIBRATION, Demand.BOUND,
            kinds=("model",), tiers=(1,), metric="ece", bound=0.05, at_least=False, each_segment=True, by_interval=True,
            smallest_segment=200, fresh_for=_MONTH, blocks=False, remedy="Calibrate the model by group.",
        ),
        Check(
            "ROBUST-01", "Holds under noise", Stage.MODEL, Category.ROBUSTNESS, Demand.PASSES,
            kinds=("model",), tiers=(1, 2), fresh_for=_MONTH, blocks=False, remedy="Run the robustness tests.",
        ),
        Check(
            "EXPL-01", "Its decisions are explained", Stage.MODEL, Category.EXPLANATION, Demand.PRESENT,
            kinds=("model",), tiers=(1, 2), remedy="Send an explanation of which signals matter most.",
        ),
        Check(
            "LINE-01", "What it was made of is named", Stage.MODEL, Category.LINEAGE, Demand.PRESENT,
            kinds=("model",), remedy="Send the code’s commit and the digests of the data.",
        ),
        Check(
            "TEST-01", "Its tests pass", Stage.INTEGRATION, Category.TESTS, Demand.PASSES,
            kinds=("service", "model", "pipeline"), fresh_for=_WEEK, remedy="Mend what the tests found.",
        ),
        Check(
            "CONTR-01", "Contracts with its consumers hold", Stage.INTEGRATION, Category.CONTRACT, Demand.PASSES,
            kinds=("service",), fresh_for=_MONTH, blocks=False, remedy="Mend it, or agree with its consumers.",
        ),
        Check(
            "LICENCE-01", "Licences allow it", Stage.PRE_DEPLOY, Category.LICENCE, Demand.PASSES,
            kinds=("model", "service"), fresh_for=_MONTH, blocks=False, remedy="Replace what its licence forbids.",
        ),
        Check(
            "CONSENT-01", "People agreed to this use of their data", Stage.PRE_DEPLOY, Category.CONSENT, Demand.PASSES,
            kinds=("dataset",), tiers=(1, 2), fresh_for=_MONTH, blocks=False, remedy="Ask the Data Steward.",
        ),
        Check(
            "LOAD-01", "Quick enough under load", Stage.PROMOTION, Category.LOAD, Demand.PASSES,
            kinds=("service",), tiers=(1, 2), fresh_for=_MONTH, blocks=False, remedy="Run the load test.",
        ),
    ),
)  # fmt: skip
