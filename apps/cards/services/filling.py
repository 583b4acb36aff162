"""What the registry knows goes onto the cards; what a person wrote there stays."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.audit.services import record_event
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.rules import merged_metrics, metrics_of, training_text
from apps.cards.selectors import content_of
from apps.cards.services.writing import keep_edition, next_edition, start_card
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component, ComponentVersion
from apps.core.actors import Actor


@dataclass
class FillReport:
    """How many cards were started, filled in further, or left as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    card_ids: list[int] = field(default_factory=list)


@transaction.atomic
def fill_from_registry(*, actor: Actor, versions: Iterable[ComponentVersion | int]) -> FillReport:
    """Fill the cards of these model versions: metrics, overview, training data and owners.

    A field that a person wrote is never touched: what the registry gave last is remembered, and a field that
    differs from it is a person's. A second run changes nothing. Archived cards stay as they are.
    """
    report = FillReport()
    ids = [version if isinstance(version, int) else version.pk for version in versions]
    found = ComponentVersion.objects.filter(pk__in=ids, component__kind=ComponentKind.MODEL)
    owners: dict[int, list[User]] = {}
    for version in found.select_related("component__owner_team", "component__owner_person").order_by("pk"):
        component = version.component
        if component.pk not in owners:
            owners[component.pk] = _owners(component)
        _fill(actor, version, owners[component.pk], report)
    return report


def _fill(actor: Actor, version: ComponentVersion, owners: list[User], report: FillReport) -> None:
    held = ModelCard.objects.select_for_update().filter(version=version).first()
    card = held or start_card(actor, version)
    report.card_ids.append(card.pk)
    changed = card.state != CardState.ARCHIVED and _write(
        actor, card, _given(version), owners, new=held is None
    )
    if held is None:
        report.created += 1
    elif changed:
        report.updated += 1
    else:
        report.unchanged += 1


def _given(version: ComponentVersion) -> dict[str, Any]:
    """Return what the registry says, by field of the card; without the fields that it is silent on."""
    source = f"run {version.source_ref}" if version.source_ref else f"version {version.version}"
    given = {
        "overview": version.description.strip() or version.component.description.strip(),
        "training_data": training_text(version.datasets),
        "metrics": metrics_of(version.metrics, source),
    }
    return {name: value for name, value in given.items() if value}


def _write(actor: Actor, card: ModelCard, given: dict[str, Any], owners: list[User], *, new: bool) -> bool:
    before, gave = content_of(card), card.from_registry
    values = {name: _merged(name, before[name], gave.get(name), value) for name, value in given.items()}
    names = sorted(name for name, value in values.items() if value != before[name])
    adds_owners = bool(owners) and not before["owners"] and "owners" not in gave
    card.from_registry = {**gave, **given} | ({"owners": [each.pk for each in owners]} if adds_owners else {})
    for name in names:
        setattr(card, name, values[name])
    changed = bool(names or adds_owners)
    if changed and not new:
        next_edition(actor, card)
    elif new or card.from_registry != gave:
        card.save()
    if adds_owners:
        card.owners.set(owners)
        names.append("owners")
    if changed or new:
        keep_edition(actor, card)
        data = {"edition": card.edition, "fields": names}
        record_event(event="card.filled", actor=actor, obj=card, data=data)
    return changed


def _merged(name: str, held: Any, gave: Any, gives: Any) -> Any:
    if name == "metrics":
        return merged_metrics(held, gave or [], gives)
    return gives if not held or held == gave else held


def _owners(component: Component) -> list[User]:
    """Return who answers for a model: the person named, else the owners of it or of its team."""
    if component.owner_person:
        return [component.owner_person]
    holders = people_with_role(Role.OWNER, component.key, component.owner_team_id)
    return list(holders.order_by("pk"))
