"""Writes components, versions and promises by hand, for what no importer knows."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from apps.accounts.models import Team, User
from apps.audit.services import record_event
from apps.catalog.enums import ComponentKind, DataClass, DependencyKind
from apps.catalog.models import Component, ComponentVersion, Contract, Dependency, ServiceObjective
from apps.catalog.rules.references import DEFAULT_NAMESPACE, NAME
from apps.catalog.selectors import version_decision
from apps.catalog.services.graph_stamp import bump_graph
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, Invalid

PORTAL = "portal"
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")


@transaction.atomic
def register_component(
    *,
    actor: Actor,
    kind: str,
    name: str,
    namespace: str = DEFAULT_NAMESPACE,
    title: str = "",
    description: str = "",
    tier: int = 3,
    data_class: str = DataClass.INTERNAL,
    owner_team: Team | None = None,
    owner_person: User | None = None,
) -> Component:
    """Put a component into the catalog.

    Raises:
        Forbidden: the actor neither has to do with the component nor proposes changes.
        Invalid: the kind, a name, the tier or the data class is not one that the catalog knows.
        Conflict: the catalog holds this key already.
    """
    _check(
        kind=(kind in ComponentKind.values, f"Choose one of {', '.join(ComponentKind.values)}."),
        name=(bool(NAME.fullmatch(name)), "Use 1 to 63 letters, digits, dots, hyphens and underscores."),
        namespace=(
            bool(NAME.fullmatch(namespace)),
            "Use 1 to 63 letters, digits, dots, hyphens and underscores.",
        ),
        title=(len(title) <= 200, "Use at most 200 characters."),
        tier=(tier in (1, 2, 3, 4), "Choose a tier from 1, the most critical, to 4."),
        data_class=(data_class in DataClass.values, f"Choose one of {', '.join(DataClass.values)}."),
    )
    key = f"{kind}:{namespace}/{name}".lower()
    if Component.objects.filter(key=key).exists():
        raise Conflict(
            f"The catalog already holds {key}.", remedy="Choose another name, or open that component."
        )
    component = Component(
        key=key, kind=kind, namespace=namespace.lower(), name=name, title=title, description=description,
        tier=tier, data_class=data_class, owner_team=owner_team, owner_person=owner_person, source=PORTAL,
    )  # fmt: skip
    # An owner person is not asked here: anybody could name themselves.
    _require_maker(actor, Component(key=key, owner_team=owner_team))
    component.save(force_insert=True)
    data = {"kind": kind, "tier": tier, "source": PORTAL}
    record_event(event="component.registered", actor=actor, obj=component, data=data)
    bump_graph()
    return component


@transaction.atomic
def add_dependency(
    *, actor: Actor, consumer: Component, provider: Component, kind: str, contract: Contract | None = None
) -> Dependency:
    """Say that one component relies on another. Saying it twice changes nothing.

    Raises:
        Invalid: the kind is unknown, or a component would rely on itself.
    """
    _check(
        kind=(kind in DependencyKind.values, f"Choose one of {', '.join(DependencyKind.values)}."),
        provider=(consumer.pk != provider.pk, "A component cannot rely on itself."),
    )
    ends = {"consumer": consumer, "provider": provider, "kind": kind, "contract": contract}
    held = Dependency.objects.filter(**ends).first()
    if held is not None and held.retired_at is None:
        return held
    if held is None:
        held = Dependency(**ends, source=PORTAL)
    held.retired_at = None
    held.save()
    tie = {"provider": provider.key, "kind": kind, "contract": contract.key if contract else ""}
    change = {"added": [tie], "removed": list[dict[str, str]]()}
    data = {**change, "added_count": 1, "removed_count": 0, "digest": digest(change)}
    record_event(event="component.dependencies_changed", actor=actor, obj=consumer, data=data)
    bump_graph()
    return held


@transaction.atomic
def add_version(
    *,
    actor: Actor,
    component: Component,
    version: str,
    description: str = "",
    author: User | None = None,
    code_commit: str = "",
    datasets: Iterable[dict[str, Any]] = (),
    hyperparameters: dict[str, Any] | None = None,
    metrics: dict[str, float | None] | None = None,
) -> ComponentVersion:
    """Record a version of a component with its lineage. A metric that was not measured is None.

    With no ``author`` named, it is the person who records it, by hand or by token. Else whoever records it is its
    committer. Neither may validate it.

    Raises:
        Forbidden: the actor neither has to do with the component nor proposes changes.
        Invalid: the version is blank or too long, or the commit is not a hexadecimal one.
        Conflict: the component has this version already.
    """
    _require_maker(actor, component)
    version = version.strip()
    _check(
        version=(0 < len(version) <= 80, "Give the version in 1 to 80 characters."),
        code_commit=(
            not code_commit or bool(_COMMIT.fullmatch(code_commit)),
            "Give the commit in hexadecimal.",
        ),
    )
    if component.versions.filter(version=version).exists():
        raise Conflict(f"{component} already has a version {version}.", remedy="Choose another version.")
    lineage = {
        "code_commit": code_commit, "datasets": list(datasets), "hyperparameters": hyperparameters or {},
        "metrics": metrics or {},
    }  # fmt: skip
    recorder = actor.user if isinstance(actor.user, User) else None
    author = author or recorder
    row = ComponentVersion(
        component=component, version=version, description=description, author=author, source=PORTAL,
        committer=recorder if recorder != author else None,
        source_digest=digest({"version": version, **lineage}), released_at=clock.now(), **lineage,
    )  # fmt: skip
    row.save()
    data = {"version": version, "digest": row.source_digest, "source": PORTAL}
    record_event(event="component.version_added", actor=actor, obj=component, data=data)
    return row


@transaction.atomic
def record_slo(
    *, actor: Actor, component: Component, name: str, objective: str, window_days: int = 30
) -> ServiceObjective:
    """Record what a component promises, or change what it promised under this name. The same again changes nothing.

    Raises:
        Invalid: the name or the objective is blank or too long, or the window is not 1 to 366 days.
    """
    _check(
        name=(0 < len(name.strip()) <= 120, "Give the promise a name in 1 to 120 characters."),
        objective=(0 < len(objective.strip()) <= 120, "Say what is promised in 1 to 120 characters."),
        window_days=(1 <= window_days <= 366, "Measure it over 1 to 366 days."),
    )
    row = ServiceObjective.objects.filter(component=component, name=name.strip()).first()
    same = row is not None and (row.objective, row.window_days, row.retired_at) == (
        objective,
        window_days,
        None,
    )
    if row is not None and same:
        return row
    row = row or ServiceObjective(component=component, name=name.strip())
    row.objective, row.window_days, row.retired_at, row.source = objective.strip(), window_days, None, PORTAL
    row.save()
    data = {"name": row.name, "objective": row.objective, "window_days": window_days}
    record_event(event="component.promise_recorded", actor=actor, obj=component, data=data)
    return row


def _require_maker(actor: Actor, component: Component) -> None:
    decision = version_decision(actor, component)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)


def _check(**rules: tuple[bool, str]) -> None:
    """Raise Invalid with the message of each field whose rule does not hold."""
    wrong = {name: [message] for name, (holds, message) in rules.items() if not holds}
    if wrong:
        raise Invalid(wrong)
