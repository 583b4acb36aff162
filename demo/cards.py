"""What the demo organisation wrote on its model cards, beside what the registry fills in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from apps.approvals.models import Round
from apps.approvals.selectors import standing
from apps.cards.models import ModelCard
from apps.cards.rules import metric_row
from apps.cards.services import submit_card, write_edition
from apps.core import clock
from demo.signing import actor, decide, decide_all

Fields = dict[str, Any]


@dataclass(frozen=True)
class Slice:
    """A measure on one group: how far it lies from the measure on all cases, half its interval, and how many cases."""

    group: str
    apart: float
    half: float
    cases: int


@dataclass(frozen=True)
class Card:
    """What people wrote on one version's card ``days`` ago.

    ``until`` says how far it is: a draft, in review with one signature, or approved. It is validated again
    ``validate_in`` days from now.
    """

    model: str
    version: str
    writer: str
    days: int
    until: str
    fields: Fields
    validate_in: int
    slices: list[Slice] = field(default_factory=list)


def write_cards(now: datetime) -> None:
    """Write the cards on their days, and have those signed that are."""
    for told in CARDS:
        with clock.moved_to(now - timedelta(days=told.days)):
            card = _write(told, now)
            if told.until == "draft":
                continue
            submit_card(actor=actor(told.writer), card=card)
        with clock.moved_to(now - timedelta(days=told.days - 1)):
            _sign(card, told.until)


def _sign(card: ModelCard, until: str) -> None:
    round_ = Round.objects.get(subject_ref=card.ref)
    if until == "approved":
        decide_all(round_)
    else:
        owner = next(row for row in standing(round_) if row.requirement.role == "owner")
        decide(owner.eligible[0], owner.requirement, "approve")


def _write(told: Card, now: datetime) -> ModelCard:
    """Write what a registry cannot know on a card."""
    named = {"version__component__key": f"model:default/{told.model}", "version__version": told.version}
    card = ModelCard.objects.get(**named)
    day = (now + timedelta(days=told.validate_in)).date().isoformat()
    fields = told.fields | {"next_validation": day}
    if told.slices:
        # One measure stands together: all cases, then its groups.
        metrics = [*card.content["metrics"], *_by_group(card, told)]
        fields["metrics"] = sorted(metrics, key=lambda row: str(row["name"]))
    return write_edition(actor=actor(told.writer), card=card, fields=fields)


def _by_group(card: ModelCard, told: Card) -> list[Fields]:
    """Return the card's AUC for each group that its validator looked at."""
    metrics = card.content["metrics"]
    of_all = next(row["value"] for row in metrics if row["name"] == "auc" and not row["slice"])
    return [
        metric_row(
            name="auc",
            slice=each.group,
            value=round(of_all + each.apart, 4),
            low=round(of_all + each.apart - each.half, 4),
            high=round(min(of_all + each.apart + each.half, 1), 4),
            sample_size=each.cases,
            source="Validation by age and channel"
            if told.model == "credit-risk"
            else "Validation by channel",
        )
        for each in told.slices
    ]


def _every(count: int, unit: str) -> Fields:
    return {"kind": "schedule", "every": count, "unit": unit}


def _when(kind: str, what: str, beyond: str = "", threshold: float | None = None) -> Fields:
    return {"kind": kind, "what": what, "beyond": beyond, "threshold": threshold}


_LOANS: Fields = {
    "overview": "Gives each loan applicant a chance, between 0 and 1, of missing three payments in the first year."
    " Loan decision turns it into yes, no or refer.",
    "version_diff": "Learned from one more quarter of repayments. The features are the same.",
    "task": "Classification",
    "approach": "supervised",
    "architecture_family": "Gradient-boosted trees",
    "inputs": [{"name": "Application", "format": "41 features of the set credit-features"}],
    "outputs": [{"name": "Chance of default", "format": "A number from 0 to 1"}],
    "evaluation": "Tested on the newest quarter, which it has not seen. **AUC**, since the bank ranks applicants;"
    " the calibration too, since the rate of the offer follows the chance.\n\n"
    "- Each age group is compared before every release.\n- A group under 500 cases is told with its interval alone.",
    "intended_use": "Decisions on personal loans up to £25,000, and the rate of the offer.",
    "prohibited_use": "Limits of credit cards, the order of collections, or anyone under 18.",
    "limitations": "It is weak for people with less than six months of history. They go to a person.",
    "ethical_risks": [
        {"name": "Young applicants have thin files and could be turned down too often.",
         "mitigation": "We compare each age group before every release."},
    ],
    "fairness": [
        {"group": "Ages 18 to 24", "benefits": "Loans without a guarantor.",
         "harms": "Turned down for want of history.", "mitigation": "A person looks at every refusal."},
    ],
    "human_oversight": "A lending officer reads every “refer” and can overrule it. Priya Raghunathan can go back to"
    " the version before in four minutes.",
    "monitoring_plan": "Each week the shift of the applicants and the share of refusals by age group."
    " Credit Risk Modelling is told at once, the Change Manager the same day.",
    "retraining_triggers": [
        _every(3, "month"),
        _when("drift", "Shift of the applicants", "above", 0.2),
        _when("performance", "auc", "below", 0.93),
        _when("regulation", "A new edition of the lending code"),
    ],
}  # fmt: skip

_FRAUD: Fields = {
    "overview": "Gives each card payment a chance, between 0 and 1, that the customer will dispute it as fraud.",
    "version_diff": "The first version that the portal knows.",
    "task": "Classification",
    "approach": "supervised",
    "inputs": [{"name": "Payment", "format": "63 features, within 40 ms"}],
    "outputs": [{"name": "Chance of fraud", "format": "A number from 0 to 1"}],
    "evaluation": "Tested on the newest month. Few payments are fraud, so AUC stands beside what 100 alarms find.",
    "intended_use": "The fraud gateway holds a payment above a set score and asks the customer.",
    "prohibited_use": "Closing an account, or judging a customer rather than a payment.",
    "limitations": "It knows little about a card in its first week, and about payments abroad.",
    "ethical_risks": [
        {"name": "People who travel a lot may be asked more often.", "mitigation": "Counted each month by country."},
    ],
    "fairness": [{"group": "People who travel a lot", "harms": "Their payments are held more often."}],
    "human_oversight": "Two people on duty see every held payment and can let it through.",
    "monitoring_plan": "Held payments and disputes, each hour. The people on duty are told.",
    "retraining_triggers": [
        _every(1, "month"),
        _when("performance", "auc", "below", 0.9),
        _when("event", "Customers report a pattern that it did not hold"),
    ],
}  # fmt: skip

_STORES: Fields = {
    "overview": "Forecasts how many units of each product a store sells tomorrow.",
    "version_diff": "The first version that the portal knows.",
    "task": "Regression",
    "approach": "supervised",
    "intended_use": "Store replenishment orders stock from it each morning.",
    "prohibited_use": "Planning shifts or judging store managers.",
    "limitations": "It does not know opening hours, so it orders too much on short days.",
    "ethical_risks": [{"name": "Managers could be judged by it.", "mitigation": "They see it, their chiefs do not."}],
    "human_oversight": "A store manager can change any order until 06:30.",
    "monitoring_plan": "The error of each week, by store. Retail and Stores is told on Monday.",
    "retraining_triggers": [_every(1, "week"), _when("performance", "mae", "above", 47)],
}  # fmt: skip

CARDS = [
    Card("credit-risk", "2", "ingrid.solheim", 70, "approved", _LOANS, 81, [
        Slice("Ages 18 to 24", -0.031, 0.045, 412), Slice("Ages 25 to 59", 0.004, 0.018, 10_487),
        Slice("Ages 60 and over", -0.006, 0.028, 2_590), Slice("First loan with us", -0.017, 0.024, 1_820),
    ]),
    Card(
        "credit-risk", "3", "ingrid.solheim", 2, "draft",
        {name: value for name, value in _LOANS.items() if name != "human_oversight"}, 110, [
            Slice("Ages 18 to 24", -0.022, 0.038, 540), Slice("Ages 25 to 59", 0.003, 0.016, 11_902),
            Slice("Ages 60 and over", -0.004, 0.025, 2_811), Slice("First loan with us", -0.012, 0.021, 2_033),
        ],
    ),
    Card("fraud-score", "1", "jonas.weber", 68, "approved", _FRAUD, -5, [
        Slice("Paid in a store", 0.006, 0.016, 18_204), Slice("Paid online", -0.009, 0.022, 9_377),
        Slice("Paid abroad", -0.034, 0.05, 388),
    ]),
    Card("store-demand", "1", "ingrid.solheim", 3, "review", _STORES, 24),
]  # fmt: skip
