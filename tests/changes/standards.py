"""Standard changes for tests, made through the services."""

import copy
from datetime import date
from typing import Any

from apps.approvals.enums import PolicyState
from apps.approvals.models import PolicyVersion
from apps.approvals.rules import FIRST_POLICY
from apps.approvals.selectors import standing
from apps.catalog.models import Component
from apps.catalog.selectors import forget_graph
from apps.changes.models import Standard, StandardVersion
from apps.changes.rules.inputs import ItemInput, MetricInput
from apps.changes.rules.standards import StandardInput, StandardStep
from apps.changes.services import (
    propose_standard,
    save_what,
    save_when,
    save_why,
    start_from_standard,
    submit_change,
    write_standard,
)
from apps.core.canonical import digest
from tests.changes.estate import END, NOW, START, Estate, at, fresh
from tests.people import sign

MODEL = "model:default/credit-risk"
GIVEN = StandardInput(
    title="Refresh the credit-risk model",
    summary="The monthly refresh on new data, with the same code.",
    outcome="It knows the last month.",
    components=(MODEL,),
    steps=(StandardStep("Shadow", 30), StandardStep("Switch the alias", 10)),
    most_minutes=180,
    rollback_plan="Set the alias back.",
    rollback_minutes=4,
    criteria=("Approvals fall by two points",),
    risks=("It forgets the spring",),
    review_by=date(2027, 5, 1),
)
_SIGNERS = {"sponsor": "henrik", "steward": "meilin", "validator": "tomasz", "owner": "priya"}


def low_risk() -> None:
    """Let every component be of the least critical tier, so that moving it is of low risk."""
    Component.objects.update(tier=4)
    forget_graph()


def proposed(
    estate: Estate, given: StandardInput = GIVEN, *, by: str = "leila", standard: Standard | None = None
) -> StandardVersion:
    """Return a version that is out for approval."""
    with at(NOW):
        version = write_standard(actor=estate.actor(by), given=given, standard=standard)
        return propose_standard(actor=estate.actor(by), version=version, reason="We do this each month.")


def decide_version(
    estate: Estate, version: StandardVersion, *, but: str = "", decision: str = "approve"
) -> StandardVersion:
    """Let everyone who is asked decide on a version, and return it as it is then. One rejection is enough."""
    assert version.round is not None
    with at(NOW):
        for one in standing(version.round):
            if one.requirement.role == but or not one.is_open:
                continue
            sign(
                actor=estate.actor(_SIGNERS[one.requirement.role]),
                requirement=one.requirement,
                digest=version.digest,
                decision=decision,
                note="Because.",
            )
            if decision == "reject":
                break
    return StandardVersion.objects.select_related("standard", "round").get(pk=version.pk)


def in_force(estate: Estate, given: StandardInput = GIVEN, **more: Any) -> Standard:
    """Return a standard change whose version is approved."""
    low_risk()
    version = decide_version(estate, proposed(estate, given, **more))
    return Standard.objects.get(pk=version.standard_id)


def made(
    estate: Estate,
    standard: Standard,
    *,
    names: tuple[str, ...] = ("credit-risk",),
    end: str = END,
    change_class: str = "standard",
) -> Any:
    """Return a complete draft of Amara's, made from a standard change."""
    actor = estate.actor("amara")
    with at(NOW):
        change = start_from_standard(actor=actor, standard=standard)
        items = [ItemInput(estate.components[name].key, "2") for name in names]
        save_what(actor=actor, change=change, items=items)
        save_why(
            actor=actor, change=change, title=change.title, summary="The November refresh.",
            outcome="It knows October.", metrics=[MetricInput("AUC", 0.84)],
        )  # fmt: skip
        save_when(
            actor=actor, change=change, change_class=change_class, time_zone="Europe/London",
            local_start=START, local_end=end,
        )  # fmt: skip
    return fresh(change)


def sent(estate: Estate, standard: Standard, **options: Any) -> Any:
    """Return a change made from a standard change, in review."""
    change = made(estate, standard, **options)
    with at(NOW):
        submit_change(actor=estate.actor("amara"), change=change)
    return fresh(change)


def roles_asked(change: Any) -> list[str]:
    """Return the roles that are asked about a change, each once."""
    return sorted(set(change.round.requirements.values_list("role", flat=True)))


def spare_the_validator(estate: Estate) -> None:
    """Put a policy in force that asks no Model Validator about standard changes."""
    document = copy.deepcopy(FIRST_POLICY)
    for rule in document["rules"]:
        if rule["role"] == "validator":
            rule["classes"] = ["normal", "urgent"]
    PolicyVersion.objects.create(
        number=2, document=document, digest=digest(document), reason="Done before.", author=estate.people["leila"],
        state=PolicyState.IN_FORCE, settled_at=NOW,
    )  # fmt: skip
