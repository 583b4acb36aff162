"""Whether a step may be taken now, with the reason when it may not."""

from typing import Any

from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.lifecycle.machine import machine_of


def may_advance(obj: Any, event: str, actor: Actor) -> Decision:
    """Return whether ``event`` may happen to ``obj`` now, by ``actor``; the first guard that refuses answers."""
    machine = machine_of(obj)
    transition = machine.transition(event)
    if obj.state not in transition.sources:
        return denied(
            f"This {machine.name} is {obj.get_state_display().lower()}, so it cannot be {transition.past}."
        )
    for guard in machine.guards[event]:
        decision = guard(obj, actor)
        if not decision:
            return decision
    return ALLOWED
