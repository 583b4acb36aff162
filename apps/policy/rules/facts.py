"""The facts that a rule may look at: each with its type, its unit, and what it means.

A fact that nobody knows is left out. It is never zero, no, or empty in its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.policy.enums import FactType, Stage

YES_NO, WHOLE, NUMBER = FactType.YES_NO, FactType.WHOLE, FactType.NUMBER
TEXT, TEXTS, CHECKS = FactType.TEXT, FactType.TEXTS, FactType.CHECKS


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``known_from`` is the stage from which on it can be known."""

    name: str
    type: FactType
    meaning: str
    example: object
    unit: str = ""
    known_from: Stage = Stage.SUBMISSION

    @property
    def group(self) -> str:
        return self.name.partition(".")[0]


GROUPS = {
    "change": "The change",
    "evidence": "What machines measured",
    "artifacts": "Documents",
    "people": "People",
    "contracts": "Contracts",
    "history": "Track record",
    "calendar": "Calendar",
    "model": "The model and where it comes from",
}

_LIST = (
    Fact("change.class", TEXT, "How it is handled: standard, normal or urgent.", "normal"),
    Fact("change.urgent_because", TEXT, "Why it is urgent, as the requester chose it from the list.", "incident"),
    Fact("change.is_standard", YES_NO, "It goes within an approved standard change.", False),
    Fact("change.went_ahead", YES_NO, "It went ahead before everyone had signed.", False),
    Fact("change.outcome", TEXT, "How it ended: completed, rolled_back or failed. For rules about its review.",
         "failed", known_from=Stage.PROMOTION),
    Fact("change.risk", WHOLE, "Its risk, from 1 low to 4 severe.", 2),
    Fact("change.tier", WHOLE, "The gravest tier that it moves, 1 gravest to 4.", 2),
    Fact("change.reached_tier", WHOLE, "The gravest tier that it reaches, 1 gravest to 4.", 1),
    Fact("change.reached", WHOLE, "How many components it reaches.", 7, "components"),
    Fact("change.kinds", TEXTS, "Kinds it moves: dataset, feature_set, pipeline, model, service, product.", ["model"]),
    Fact("change.environments", TEXTS, "The environments that it goes to.", ["production"]),
    Fact("change.data_class", TEXT, "The most sensitive data: public, internal, confidential, personal.", "personal"),
    Fact("change.team", TEXT, "The team that asks for it, by its short name.", "credit-risk"),
    Fact("change.notice_hours", NUMBER, "From its submission to the start of its window.", 72.0, "hours"),
    Fact("change.window_hours", NUMBER, "How long its window is.", 2.0, "hours"),
    Fact("change.weekend", YES_NO, "Its window touches a Saturday or a Sunday, in its own zone.", False),
    Fact("evidence.checks", CHECKS, "Everything that machines measured, one by one.", [], known_from=Stage.DATA),
    Fact("artifacts.present", TEXTS, "The documents that are finished, by kind.", ["rollback_plan"]),
    Fact("artifacts.complete", YES_NO, "Every document that was begun is finished.", True),
    Fact("people.asked", TEXTS, "The roles that are asked to sign.", ["owner", "validator"]),
    Fact("people.signed", TEXTS, "The roles that have signed.", ["owner"]),
    Fact("people.authorised_by", TEXTS, "The roles of whoever let it go ahead.", ["sponsor"]),
    Fact("people.untrained_signers", TEXTS, "Roles in which somebody signed, or is asked to, and lacks a training.",
         ["validator"]),
    Fact("people.missing_trainings", TEXTS, "The trainings that they lack, by reference.", ["TRN-1"]),
    Fact("contracts.breaking", WHOLE, "Differences that break a consumer.", 0, "differences", Stage.INTEGRATION),
    Fact("contracts.risky", WHOLE, "Differences that may break one.", 1, "differences", Stage.INTEGRATION),
    Fact("contracts.consumers_hit", WHOLE, "Consumers that one of them hits.", 2, "consumers", Stage.INTEGRATION),
    Fact("contracts.consumers_agreed", YES_NO, "The owner of each consumer that a breaking one hits has signed.", True),
    Fact("history.team_changes", WHOLE, "Changes that the team finished in the last year.", 12, "changes"),
    Fact("history.team_failures", WHOLE, "How many of them failed or were rolled back.", 1, "changes"),
    Fact("history.team_failure_rate", NUMBER, "Their share, drawn towards the prior while few are known.", 0.07),
    Fact("history.component_changes", WHOLE, "Changes of the gravest component in the last year.", 4, "changes"),
    Fact("history.component_failures", WHOLE, "How many of them failed or were rolled back.", 0, "changes"),
    Fact("history.component_failure_rate", NUMBER, "Their share, drawn towards the prior while few are known.", 0.05),
    Fact("calendar.blocking", WHOLE, "Conflicts that block it and are not settled.", 0, "conflicts"),
    Fact("calendar.warnings", WHOLE, "Conflicts that warn.", 1, "conflicts"),
    Fact("calendar.frozen", YES_NO, "A freeze covers it, and nothing exempts it.", False),
    Fact("model.champion_moved", YES_NO, "Another version is in use than the evidence was measured against.", False,
         known_from=Stage.MODEL),
    Fact("model.replaces", YES_NO, "A version of the model is in use now, which it is to replace.", True,
         known_from=Stage.MODEL),
    Fact("model.lineage_named", YES_NO, "Code, data and settings of the version are named.", True,
         known_from=Stage.MODEL),
    Fact("model.licences", TEXTS, "The licences of model, code and data, by SPDX identifier.", ["Apache-2.0"],
         known_from=Stage.MODEL),
    Fact("model.consent", YES_NO, "There is a ground in law to use each person's data for this.", True,
         known_from=Stage.DATA),
)  # fmt: skip

CATEGORIES = {
    "schema": "The shape of data.",
    "freshness": "How old data is.",
    "completeness": "Missing values.",
    "uniqueness": "Values that stand twice.",
    "validity": "Values that may not be.",
    "volume": "How many rows there are.",
    "drift": "How far data has moved from what the model learnt from.",
    "performance": "How good the model is.",
    "fairness": "How it treats groups of people.",
    "calibration": "Whether its probabilities come true.",
    "robustness": "How it bears what is unusual.",
    "latency": "How quickly it answers.",
    "load": "How much it bears at once.",
    "tests": "Tests of code.",
    "contract": "Contracts of data and of services.",
    "licence": "Licences.",
    "consent": "The ground in law to use data.",
    "lineage": "What a version was made of.",
    "explanation": "What the model looks at.",
    "other": "Anything else.",
}
"""What checks are about. Each is a fact of its own, ``evidence.drift``, with those of `evidence.checks` about it."""

_ABOUT = tuple(
    Fact(f"evidence.{name}", CHECKS, f"The checks about one thing. {meaning}", [], known_from=Stage.DATA)
    for name, meaning in CATEGORIES.items()
)

FACTS: Mapping[str, Fact] = {fact.name: fact for fact in (*_LIST, *_ABOUT)}

_CHECK = (
    Fact("stage", TEXT, "The stage that it belongs to.", "model"),
    Fact("category", TEXT, "What it is about: schema, freshness, drift, performance, fairness and others.", "fairness"),
    Fact("outcome", TEXT, "passed, failed, warned, error, inconclusive, skipped or measured.", "passed"),
    Fact("severity", TEXT, "How grave its tool calls a failure: critical, warning or info.", "critical"),
    Fact("subject", TEXT, "What was looked at: a table, a dataset, a suite of tests.", "applications"),
    Fact("column", TEXT, "The column, where it is about one.", "income"),
    Fact("segment", TEXT, "The group of cases; empty for all of them.", "age 18 to 24"),
    Fact("metric", TEXT, "What the number is called.", "auc"),
    Fact("value", NUMBER, "The number that was measured.", 0.81),
    Fact("low", NUMBER, "The lower end of its interval.", 0.79),
    Fact("high", NUMBER, "The upper end of its interval.", 0.83),
    Fact("champion", NUMBER, "The same number of the version in use, on the same data.", 0.8),
    Fact("champion_low", NUMBER, "The lower end of that one's interval.", 0.78),
    Fact("champion_high", NUMBER, "The upper end of that one's interval.", 0.82),
    Fact("sample_size", WHOLE, "How many cases are behind it.", 5000, "cases"),
    Fact("age_hours", NUMBER, "How long ago it was measured.", 5.5, "hours"),
)  # fmt: skip

CHECK: Mapping[str, Fact] = {fact.name: fact for fact in _CHECK}


def known_name(name: str) -> str:
    """Return the variable that says whether a fact is known. It is as long as ``has(name)``, so that places stay."""
    return f"has_{name.replace('.', '_')}_"
