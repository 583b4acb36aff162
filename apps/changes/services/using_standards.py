"""Making changes from a standard change, and holding them to it."""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.models import Round
from apps.audit.services import record_event
from apps.changes.enums import ChangeClass, StandardState
from apps.changes.models import (
    Change,
    PlanStep,
    RiskScenario,
    RollbackCriterion,
    Standard,
    StandardVersion,
)
from apps.changes.selectors import may_use_now, shown_version, times_used
from apps.changes.services.drafting import start_draft
from apps.changes.services.finding import write_search
from apps.changes.services.telling_standards import tell_suspended
from apps.core.actors import Actor, system
from apps.core.errors import Forbidden, PolicyBlocked


@transaction.atomic
def start_from_standard(*, actor: Actor, standard: Standard) -> Change:
    """Begin a draft from the version in force: its class, its words, its plan and its way back are filled in.

    Raises:
        Forbidden: the actor may not propose changes.
        PolicyBlocked: nothing may be made from it now.
    """
    version = shown_version(standard)
    version.standard = standard
    change = start_draft(actor=actor)
    decision = may_use_now(actor, version, times_used([version]).get(version.pk, 0))
    if not decision:
        raise PolicyBlocked(decision.reason, remedy=decision.remedy)
    _fill(change, version, actor)
    record_event(event="change.made_from", actor=actor, obj=change, data=_named(version))
    return change


def _fill(change: Change, version: StandardVersion, actor: Actor) -> None:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can propose a change.")
    content, back = version.content, version.content["rollback"]
    change.standard, change.change_class, change.risk = version, ChangeClass.STANDARD, 1
    change.title, change.summary, change.outcome = content["title"], content["summary"], content["outcome"]
    change.rollback_plan, change.rollback_minutes = back["plan"], back["minutes"]
    change.save()
    RollbackCriterion.objects.bulk_create(
        [RollbackCriterion(change=change, text=text) for text in back["criteria"]]
    )
    RiskScenario.objects.bulk_create([RiskScenario(change=change, text=text) for text in content["risks"]])
    steps = PlanStep.objects.bulk_create(
        [
            PlanStep(
                change=change, position=place, text=step["text"], minutes=step["minutes"], lead=actor.user
            )
            for place, step in enumerate(content["steps"], start=1)
        ]
    )
    for before, after in zip(steps, steps[1:], strict=False):
        after.after.add(before)
    write_search(change)


def hold_version(change: Change) -> None:
    """Hold the version that a draft is made from, so that no two submissions take its last use."""
    if change.standard_id is not None:
        StandardVersion.objects.select_for_update(of=("self",)).get(pk=change.standard_id)


def note_class(actor: Actor, change: Change, content: dict[str, Any]) -> None:
    """Let a change go by the class that its content says; say in the ledger when and why it is no standard one.

    The caller saves the change.
    """
    was, change.change_class = change.change_class, content["class"]
    if was == change.change_class:
        return
    said = content.get("standard", {})
    facts = {name: said[name] for name in ("template", "version", "digest") if name in said}
    record_event(
        event="change.left_standard",
        actor=actor,
        obj=change,
        data=facts,
        private={"reason": " ".join(said.get("left", ["It was not made from a standard change."]))},
    )


def suspend_its_standard(change: Change, actor: Actor) -> None:  # noqa: ARG001
    """Suspend the version that a change was made from, now that it failed or was rolled back.

    What was approved did not hold; it takes another approved version to go on. Registered with the machine.
    """
    if change.standard_id is None or change.change_class != ChangeClass.STANDARD:
        return
    _hold_next_round(change.standard_id)
    version = StandardVersion.objects.select_for_update(of=("self",)).select_related("standard", "author")
    held = version.get(pk=change.standard_id)
    if held.state != StandardState.IN_FORCE or held.standard.retired_at is not None:
        return
    held.state, held.stopped_by = StandardState.SUSPENDED, change
    held.save(update_fields=["state", "stopped_by", "updated_at"])
    record_event(
        event="standard.suspended",
        actor=system("standards"),
        obj=held.standard,
        data={"version": held.number, "digest": held.digest, "change": change.ref},
    )
    tell_suspended(held, change)


def _hold_next_round(version_id: int) -> None:
    """Hold the round of the version that is out to take this one's place, first, as a signature on it does."""
    beside = StandardVersion.objects.filter(standard__versions=version_id, state=StandardState.PROPOSED)
    list(Round.objects.select_for_update().filter(pk__in=beside.values("round")))


def _named(version: StandardVersion) -> dict[str, object]:
    return {"template": version.standard.ref, "version": version.number, "digest": version.digest}
