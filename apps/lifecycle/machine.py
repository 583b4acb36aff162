"""Transition tables, and the guards and effects that upper floors hang on them."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from apps.core.actors import Actor
from apps.core.decisions import Decision
from apps.core.errors import IllegalTransition

Guard = Callable[[Any, Actor], Decision]
Effect = Callable[[Any, Actor], None]


@dataclass(frozen=True)
class Transition:
    """``event`` moves an object from any of ``sources`` to ``target``; the ledger calls it ``past``."""

    event: str
    sources: frozenset[str]
    target: str
    past: str


@dataclass
class Machine:
    """The transitions of one model, with what must hold before them and what follows in the same transaction."""

    name: str
    transitions: dict[str, Transition]
    guards: dict[str, list[Guard]] = field(default_factory=lambda: defaultdict(list))
    effects: dict[str, list[Effect]] = field(default_factory=lambda: defaultdict(list))

    def transition(self, event: str) -> Transition:
        """Return the transition of an event. Raises IllegalTransition for an event the machine does not know."""
        if event not in self.transitions:
            raise IllegalTransition(f"There is no such step as “{event}”.")
        return self.transitions[event]


_machines: dict[type[models.Model], Machine] = {}


def register(model: type[models.Model], name: str, transitions: list[Transition]) -> Machine:
    """Give a model its machine. ``name`` is the first part of its ledger events (``change.submitted``)."""
    machine = Machine(name, {transition.event: transition for transition in transitions})
    _machines[model] = machine
    return machine


def machine_of(obj: models.Model | type[models.Model]) -> Machine:
    """Return the machine of an object or its model."""
    return _machines[obj if isinstance(obj, type) else type(obj)]


def add_guard(model: type[models.Model], event: str, guard: Guard) -> None:
    """Let an upper floor refuse an event; called from its ``AppConfig.ready``."""
    machine_of(model).guards[event].append(guard)


def add_effect(model: type[models.Model], event: str, effect: Effect) -> None:
    """Let an upper floor act after an event, in its transaction; called from its ``AppConfig.ready``."""
    machine_of(model).effects[event].append(effect)
