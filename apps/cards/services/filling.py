"""What the records of a version say goes onto its card; what a person wrote there stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.audit.services import record_event
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.rules import merged
from apps.cards.selectors import Given, content_of, records_of_many
from apps.cards.services.holding import held
from apps.cards.services.writing import Change, start_card, write_values
from apps.catalog.enums import ComponentKind
from apps.catalog.models import ComponentVersion
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
    """Fill the cards of these model versions: metrics, overview, training data, datasets and owners.

    A field that a person wrote is never touched: what each source gave last is remembered, and a field that differs
    from it is a person's. A second run changes nothing. Cards that are archived or out to be signed stay as they are.
    """
    report = FillReport()
    ids = [version if isinstance(version, int) else version.pk for version in versions]
    found = ComponentVersion.objects.filter(pk__in=ids, component__kind=ComponentKind.MODEL)
    rows = list(found.select_related("component__owner_team", "component__owner_person").order_by("pk"))
    said = records_of_many(rows)
    for version in rows:
        _fill_version(actor, version, said[version.pk], report)
    return report


@transaction.atomic
def fill_card(*, actor: Actor, card: ModelCard, given: Iterable[Given]) -> bool:
    """Fill a card with what sources say of its version, and return whether it made an edition.

    Who may ask for it is for the caller to say. Cards that are archived or out to be signed stay as they are.
    """
    found = held(card)
    return found.state in (CardState.DRAFT, CardState.APPROVED) and _fill(
        actor, found, list(given), first=False
    )


def _fill_version(actor: Actor, version: ComponentVersion, given: list[Given], report: FillReport) -> None:
    card = ModelCard.objects.filter(version=version).first()
    if card is None:
        card = start_card(actor, version)
    if not card.editions.exists():
        _fill(actor, card, given, first=True)
        report.created += 1
    elif fill_card(actor=actor, card=card, given=given):
        report.updated += 1
    else:
        report.unchanged += 1
    report.card_ids.append(card.pk)


def _fill(actor: Actor, card: ModelCard, given: list[Given], *, first: bool) -> bool:
    """Write what the sources say, all as one edition: the next, or the first of a new card."""
    content, gave = content_of(card), card.given
    changes: list[Change] = []
    for source in given:
        values = _new_values(source, content, gave.get(source.origin, {}))
        content |= values
        gave = gave | {source.origin.value: gave.get(source.origin, {}) | dict(source.values)}
        changes.append((values, {"kind": source.origin.value, "ref": source.ref}))
    names = sorted({name for values, _ in changes for name in values})
    moved, card.given = gave != card.given, gave
    if names or first:
        write_values(actor, card, changes, first=first)
        data = {"edition": card.edition, "fields": names}
        record_event(event="card.filled", actor=actor, obj=card, data=data)
    elif moved:
        card.save(update_fields=["given", "updated_at"])
    return bool(names)


def _new_values(source: Given, content: Mapping[str, Any], gave: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a source says otherwise than the card does, where nobody else wrote them."""
    values = {}
    for name, gives in source.values.items():
        if name == "owners" and name in gave:
            continue  # named once; whoever takes an owner away means it
        value = merged(name, content.get(name), gave.get(name), gives)
        if value != content.get(name):
            values[name] = value
    return values
