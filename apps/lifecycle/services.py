"""The one way in which an object changes state."""

from typing import Any, TypeVar

from django.db import models, transaction

from apps.audit.services import record_event
from apps.core.actors import Actor
from apps.core.errors import IllegalTransition, PolicyBlocked, Stale
from apps.lifecycle.machine import machine_of
from apps.lifecycle.selectors import may_advance

Obj = TypeVar("Obj", bound=models.Model)


@transaction.atomic
def advance(
    obj: Obj,
    event: str,
    *,
    actor: Actor,
    data: dict[str, Any] | None = None,
    private: dict[str, str] | None = None,
) -> Obj:
    """Move ``obj`` by ``event``: table, guards, compare-and-swap, ledger, then the effects of upper floors.

    Raises:
        IllegalTransition: the object is not in a state that the event starts from.
        PolicyBlocked: a guard refuses; its reason and remedy are carried over.
        Stale: somebody else moved the object first.
    """
    machine = machine_of(obj)
    transition = machine.transition(event)
    source = obj.state  # type: ignore[attr-defined]
    decision = may_advance(obj, event, actor)
    if not decision:
        refusal = PolicyBlocked if source in transition.sources else IllegalTransition
        raise refusal(decision.reason, remedy=decision.remedy)
    swapped = type(obj)._default_manager.filter(pk=obj.pk, state=source).update(state=transition.target)
    if swapped != 1:
        raise Stale(
            f"This {machine.name} has moved on since you opened it.", remedy="Reload the page and look again."
        )
    obj.state = transition.target  # type: ignore[attr-defined]
    record_event(
        event=f"{machine.name}.{transition.past.replace(' ', '_')}",
        actor=actor,
        obj=obj,
        data={"from": source, "to": transition.target} | (data or {}),
        private=private,
    )
    for effect in machine.effects[event]:
        effect(obj, actor)
    return obj
