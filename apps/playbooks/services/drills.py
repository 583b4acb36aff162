"""Drills: planned, begun, and ended. What they are rehearsed with is made by whoever knows changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid, PolicyBlocked
from apps.lifecycle.services import advance
from apps.playbooks.enums import DrillState, UseState
from apps.playbooks.models import Drill, Playbook, PlaybookVersion
from apps.playbooks.rules.drills import MOST_COMPONENTS, targets_in
from apps.playbooks.selectors import (
    cancel_drill_decision,
    components_to_rehearse,
    plan_drill_decision,
    playbook_in_force,
    start_drill_decision,
)
from apps.playbooks.services.numbers import next_number
from apps.playbooks.services.reasons import reason_in


@transaction.atomic
def plan_drill(
    *,
    actor: Actor,
    playbook: Playbook,
    purpose: str,
    planned_for: datetime | None,
    components: Sequence[str],
    targets: Mapping[str, int | None],
) -> Drill:
    """Plan a drill of a playbook, over components by key; whoever plans it owns it.

    Args:
        targets: by step (``DrillStep``), after how many minutes from the start it should be reached.

    Raises:
        Forbidden: the actor may not propose changes.
        PolicyBlocked: the playbook is retired.
        Invalid: ``purpose``, ``planned_for``, ``components``, or a step of ``targets`` by its name.
    """
    plan_drill_decision(actor).require()
    assert isinstance(actor.user, User)
    version = _in_use(playbook)
    keys = list(dict.fromkeys(key.strip() for key in components if key.strip()))
    found = components_to_rehearse(keys)
    given, wrong = targets_in(targets)
    if problem := _wrong_with_components(keys, [one.key for one in found]):
        wrong["components"] = [problem]
    if planned_for is None or planned_for <= clock.now():
        wrong["planned_for"] = ["Say when it is held: a day and time to come."]
    try:
        text = reason_in(purpose, "purpose", "Say what people should learn, or what is tried out.")
    except Invalid as refusal:
        wrong |= refusal.fields
    if wrong:
        raise Invalid(wrong)
    assert planned_for is not None
    drill = Drill(
        number=next_number(Drill),
        version=version,
        purpose=text,
        owner=actor.user,
        planned_for=planned_for,
        targets=given,
    )
    drill.save(force_insert=True)
    drill.components.set(found)
    data = _facts(drill) | {"components": [one.key for one in found], "targets": given}
    record_event(event="drill.planned", actor=actor, obj=drill, data=data, private={"purpose": text})
    return drill


@transaction.atomic
def begin_drill(*, actor: Actor, drill: Drill) -> Drill:
    """Say that a drill begins now, with the version of its playbook that is in force.

    Raises:
        Forbidden: the actor does not own it.
        IllegalTransition: it has begun, or is over.
        PolicyBlocked: its playbook is retired.
    """
    held = _held(drill)
    start_drill_decision(actor, held).require()
    held.version = _in_use(held.version.playbook)
    advance(held, "start", actor=actor, data=_facts(held))
    held.started_at = clock.now()
    held.save(update_fields=["version", "started_at", "updated_at"])
    return held


@transaction.atomic
def finish_drill(*, actor: Actor, drill: Drill) -> Drill:
    """Say that a drill is over: it ran to its end. One that is not under way is left as it is."""
    held = _held(drill)
    return _end(held, "finish", actor, "") if held.state == DrillState.RUNNING else held


@transaction.atomic
def end_drill_early(*, actor: Actor, drill: Drill, reason: str) -> Drill:
    """Cancel a drill that is planned or under way.

    Raises:
        Forbidden: the actor neither owns it nor is a Change Manager over everything.
        Invalid: there is no reason (``reason``).
        IllegalTransition: it is over.
    """
    held = _held(drill)
    cancel_drill_decision(actor, held).require()
    return _end(held, "cancel", actor, reason_in(reason, "reason", "Say why it is cancelled."))


def _held(drill: Drill) -> Drill:
    """Return a drill as it is now, held until the transaction ends."""
    return (
        Drill.objects.select_for_update(of=("self",))
        .select_related("version__playbook", "owner")
        .get(pk=drill.pk)
    )


def _end(held: Drill, event: str, actor: Actor, reason: str) -> Drill:
    advance(held, event, actor=actor, private={"reason": reason} if reason else None)
    held.ended_at, held.cancelled_reason = clock.now(), reason
    held.save(update_fields=["ended_at", "cancelled_reason", "updated_at"])
    return held


def _in_use(playbook: Playbook) -> PlaybookVersion:
    if playbook.state == UseState.RETIRED:
        raise PolicyBlocked(
            f"{playbook.ref} is retired, so nobody rehearses it.", remedy="Choose another playbook."
        )
    return playbook_in_force(playbook)


def _wrong_with_components(keys: Sequence[str], known: Sequence[str]) -> str:
    if not keys:
        return "Name at least one component to rehearse with."
    if len(keys) > MOST_COMPONENTS:
        return f"Name {MOST_COMPONENTS} at most."
    missing = [key for key in keys if key not in known]
    return f"The catalog has no component “{missing[0][:200]}” with a version in use." if missing else ""


def _facts(drill: Drill) -> dict[str, object]:
    return {
        "playbook": drill.version.playbook.ref,
        "version": drill.version.number,
        "digest": drill.version.digest,
    }
