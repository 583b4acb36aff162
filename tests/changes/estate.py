"""A small estate with its people, and changes in any state over it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, Team, User
from apps.approvals.selectors import standing
from apps.catalog.models import Component, ComponentVersion, Dependency
from apps.catalog.selectors import forget_graph
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput, MetricInput, RiskInput, StepInput
from apps.changes.services import (
    save_how_back,
    save_impact,
    save_what,
    save_when,
    save_why,
    start_draft,
    submit_change,
)
from apps.core import actors, clock
from apps.core.actors import Actor
from tests.people import sign
from tests.races import at_once

NOW = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
START, END = "2026-11-19T06:00", "2026-11-19T08:30"
IN_WINDOW = datetime(2026, 11, 19, 6, 30, tzinfo=UTC)
AFTER_WINDOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)

_PEOPLE = {
    "amara": ("Amara", "Okafor", Role.REQUESTER),
    "henrik": ("Henrik", "Lindqvist", Role.SPONSOR),
    "meilin": ("Mei-Lin", "Zhao", Role.STEWARD),
    "tomasz": ("Tomasz", "Wojcik", Role.VALIDATOR),
    "priya": ("Priya", "Raghunathan", Role.OWNER),
    "leila": ("Leila", "Haddad", Role.CHANGE_MANAGER),
    "ruth": ("Ruth", "Adeyemi", Role.AUDITOR),
}


@dataclass
class Estate:
    """The people by username, the components by name, and one team that owns them all."""

    people: dict[str, User]
    components: dict[str, Component]
    team: Team

    def actor(self, name: str) -> Actor:
        return actors.person(self.people[name])


def make_estate() -> Estate:
    """Return an estate: a dataset that trains a model, which a service calls, which a product embeds."""
    team = Team.objects.create(slug="credit", name="Credit Risk Modelling")
    password = make_password("a good secret")
    people = {
        name: User(
            username=name, email=f"{name}@example.org", password=password, first_name=first, last_name=last
        )
        for name, (first, last, _) in _PEOPLE.items()
    }
    User.objects.bulk_create(people.values())
    RoleGrant.objects.bulk_create(
        RoleGrant(user=people[name], role=role, valid_from=NOW - timedelta(days=30))
        for name, (_, _, role) in _PEOPLE.items()
    )
    kinds = {
        "applications": "dataset",
        "credit-risk": "model",
        "loan-decision": "service",
        "loans": "product",
    }
    components = {name: _component(kind, name, team) for name, kind in kinds.items()}
    Component.objects.bulk_create(components.values())
    ComponentVersion.objects.bulk_create(
        version for component in components.values() for version in _versions(component)
    )
    ties = [
        ("credit-risk", "applications", "trains_on"),
        ("loan-decision", "credit-risk", "calls"),
        ("loans", "loan-decision", "embeds"),
    ]
    Dependency.objects.bulk_create(
        Dependency(consumer=components[one], provider=components[other], kind=kind, source="portal")
        for one, other, kind in ties
    )
    forget_graph()
    return Estate(people, components, team)


def add_component(kind: str, name: str, team: Team, tier: int = 2) -> Component:
    """Return a component with versions 1, in use, and 2."""
    component = _component(kind, name, team, tier)
    component.save()
    ComponentVersion.objects.bulk_create(_versions(component))
    return component


def _component(kind: str, name: str, team: Team, tier: int = 2) -> Component:
    return Component(
        key=f"{kind}:default/{name}", kind=kind, name=name, owner_team=team, tier=tier, source="portal"
    )


def _versions(component: Component) -> list[ComponentVersion]:
    return [
        ComponentVersion(component=component, version="1", aliases=["champion"], released_at=NOW),
        ComponentVersion(
            component=component, version="2", released_at=NOW + timedelta(hours=1), code_commit="abc123"
        ),
    ]


def tie(consumer: Component, provider: Component, kind: str) -> None:
    Dependency.objects.create(consumer=consumer, provider=provider, kind=kind, source="portal")


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the portal's clock."""
    with clock.moved_to(moment):
        yield


def draft(
    estate: Estate,
    *,
    names: tuple[str, ...] = ("credit-risk",),
    version: str = "2",
    start: str = START,
    end: str = END,
) -> Any:
    """Return a complete draft of Amara's."""
    actor = estate.actor("amara")
    with at(NOW):
        change = start_draft(actor=actor)
        items = [ItemInput(estate.components[name].key, version) for name in names]
        save_what(actor=actor, change=change, items=items)
        save_why(
            actor=actor,
            change=change,
            title="Retrain the credit-risk model",
            summary="We teach the model with data up to September.",
            outcome="Three more bad loans in a thousand are found.",
            cost_of_waiting="Losses go on.",
            metrics=[MetricInput("AUC", 0.84, baseline=0.83, bound=0.82)],
        )
        save_impact(actor=actor, change=change, notes=[])
        save_when(
            actor=actor,
            change=change,
            change_class="normal",
            time_zone="Europe/London",
            local_start=start,
            local_end=end,
        )
        save_how_back(
            actor=actor,
            change=change,
            rollback_plan="Set the alias back to version 1.",
            rollback_minutes=4,
            criteria=["Approvals fall by two points in an hour"],
            risks=[RiskInput("Good applicants are refused", mitigation="Shadow first")],
            steps=[StepInput("Shadow", "amara", 30), StepInput("Switch", "priya", 15, "Switch back", (1,))],
        )
    return fresh(change)


def submitted(estate: Estate, **options: Any) -> Any:
    """Return a change in review."""
    with at(NOW):
        return submit_change(actor=estate.actor("amara"), change=draft(estate, **options))


def approved(estate: Estate, **options: Any) -> Any:
    """Return a change that everyone has signed."""
    change = submitted(estate, **options)
    sign_all(estate, change)
    return fresh(change)


def sign_all(estate: Estate, change: Change) -> None:
    """Let each role sign what it is asked."""
    assert change.round is not None
    by_role = {role.value: estate.people[name] for name, (_, _, role) in _PEOPLE.items()}
    with at(NOW):
        for one in standing(change.round):
            if not one.is_open:
                continue
            actor = actors.person(by_role[one.requirement.role])
            sign(actor=actor, requirement=one.requirement, digest=change.round.digest, decision="approve")


def fresh(change: Change) -> Any:
    return Change.objects.select_related("requester", "revision", "round", "booking").get(pk=change.pk)


def together(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment, also by the estate's clock; return what each gave or was refused with."""

    def at_that_moment(act: Callable[[], object]) -> object:
        with at(NOW):
            return act()

    return at_once(*[partial(at_that_moment, act) for act in acts])
