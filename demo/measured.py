"""What was measured of the versions that the stories move to, and what pipelines asked the gate."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

from apps.changes.models import Change
from apps.changes.selectors import carries_out
from apps.core import clock
from apps.core.actors import Actor
from apps.evidence.enums import Stage
from apps.evidence.services import Order, receive_evidence
from apps.gates.services import Ask, ask_gate
from demo.checks import GAP, UNDO
from demo.shapes import by_segment, compared, contract_run, drift, expectations, one_check, tests_run

File = Callable[[datetime], bytes]
"""Returns the bytes of a file, given when it was measured."""
AMOUNTS = [
    f"{of}_{window}"
    for of, window in product(
        ("income", "credit_lines", "missed_payments", "card_balance", "savings", "rent"), ("1m", "3m", "12m")
    )
]
STABLE = {name: round(0.02 + 0.005 * place, 3) for place, name in enumerate(AMOUNTS)}
OPENING = {"opens_at": 0.01, "closes_at": 0.01, "short_day": 0.04, "holiday": 0.02}
SIGNALS = ["applicant_id", "income_3m", "missed_payments_12m", "card_balance_1m"]
AGES = {
    "overall": (0.0, 9210),
    "ages 25 to 39": (0.011, 3870),
    "ages 40 to 64": (0.009, 4020),
    "ages 65 and over": (0.021, 908),
}
CHANNELS = {"overall": (0.0, 31400), "at the till": (0.004, 18200), "online": (0.006, 13200)}


def data(asset: str, rows: int) -> File:
    return lambda at: expectations(asset, AMOUNTS, rows, at)


def rehearsed(minutes: float) -> File:
    return lambda at: one_check(
        "Roll-back on staging", "other", at, outcome="measured", metric=UNDO, value=minutes
    )


def under_load(p95: int) -> File:
    return lambda at: one_check(
        "95 of 100 answers in time", "load", at, expected="under 120 ms", observed=f"{p95} ms"
    )


def keeps(contract: str) -> File:
    return lambda at: contract_run(contract, SIGNALS, at)


MEASURED: dict[tuple[str, str], list[File]] = {
    ("dataset:default/loan-applications", "2026-09"): [data("loan_applications", 1_311_906)],
    ("dataset:default/returns-history", "2026-10"): [data("returns_history", 402_118)],
    ("dataset:default/customer-activity", "2026-09"): [data("customer_activity", 88_120)],
    ("feature_set:default/applicant-behaviour", "8"): [lambda at: drift(STABLE | {"income_1m": 0.11}, 0.2, at)],
    ("feature_set:default/applicant-behaviour", "9"): [lambda at: drift(STABLE | {"credit_lines_12m": 0.31}, 0.2, at)],
    ("feature_set:default/customer-lifetime", "5"): [lambda at: drift(STABLE, 0.2, at)],
    ("feature_set:default/store-calendar", "4"): [lambda at: drift(OPENING, 0.2, at)],
    ("pipeline:default/risk-training", "3.5.0"): [
        lambda at: tests_run(["reads_feature_set_8", "same_seed_gives_same_model", "refuses_missing_income"], at)
    ],
    ("model:default/credit-risk", "3"): [
        lambda at: compared("AUC", "2", (0.935, 0.911), 0.012, at),
        # Too few of the youngest: nobody can tell from 412 cases whether they fare worse.
        lambda at: by_segment(GAP, AGES | {"ages 18 to 24": (0.018, 412)}, at),
    ],
    ("model:default/fraud-score", "2"): [
        lambda at: compared("AUC", "1", (0.904, 0.89), 0.009, at),
        lambda at: by_segment(GAP, CHANNELS, at),
    ],
    ("model:default/store-demand", "2"): [lambda at: compared("Mean error", "1", (43.9, 45.6), 0.8, at)],
    # Its speed is measured in shadow, when it runs.
    ("service:default/fraud-gateway", "2.19.0"): [keeps("fraud_request"), rehearsed(3.9)],
    ("service:default/fraud-gateway", "2.20.0"): [keeps("fraud_request"), rehearsed(0.8), under_load(88)],
    ("service:default/checkout-api", "7.4.0"): [keeps("checkout_request"), rehearsed(1.7), under_load(104)],
    ("service:default/store-replenishment", "6.5.0"): [keeps("store_order"), rehearsed(11), under_load(61)],
}  # fmt: skip


def artifact_of(key: str, version: str) -> str:
    """Return the SHA-256 by which the artifact of a version is known. There is none; its name stands for it."""
    return hashlib.sha256(f"{key}@{version}".encode()).hexdigest()


def send_evidence(change: Change, who: Actor, at: datetime) -> None:
    """Send what was measured of the versions that a change moves to, one file after the other, until ``at``."""
    change.refresh_from_db()
    items = change.items.select_related("component", "to_version__component")
    found = [
        (item, file) for item in items for file in MEASURED.get((item.component.key, item.to_version.version), [])
    ]  # fmt: skip
    for place, (item, file) in enumerate(found):
        measured = at - timedelta(minutes=25 * (len(found) - place))
        artifact = artifact_of(item.component.key, item.to_version.version)
        with clock.moved_to(measured + timedelta(minutes=4)):
            order = Order(version=item.to_version, content=file(measured), artifact=artifact)
            receive_evidence(actor=who, order=order, carries=carries_out(change, who))


def ask(change: Change, who: Actor, stages: tuple[Stage, ...], at: datetime) -> None:
    """Ask the gate before each of these stages, as a pipeline does, about the first model or service that moves."""
    change.refresh_from_db()
    for place, stage in enumerate(stages):
        runs = change.items.filter(component__kind__in=("model", "service")).select_related(
            "component", "to_version"
        )[0]
        key = runs.component.key
        question = Ask(stage, key, artifact_of(key, runs.to_version.version), "production")
        with clock.moved_to(at + timedelta(minutes=7 * place)):
            ask_gate(actor=who, change=change, ask=question)
