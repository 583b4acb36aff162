"""Filling a card from all that the portal knows of its version: the registry, its lineage, and what was measured.

A draft is filled when it is started and whenever evidence about its version arrives; any other card when somebody
asks. Cards and evidence are neighbours that do not know each other.
"""

from typing import Any

from django.db import transaction

from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.selectors import records_of, write_decision
from apps.cards.services import draft_card, fill_card
from apps.catalog.enums import ComponentKind
from apps.catalog.models import ComponentVersion
from apps.core.actors import Actor, system
from apps.core.errors import PolicyBlocked
from apps.evidence.models import Report
from apps.gates.selectors import measured_of
from apps.outbox.services import enqueue

FILL_CARD = "fill_card"


@transaction.atomic
def draft_from_records(*, actor: Actor, version: ComponentVersion) -> ModelCard:
    """Start the card of a model version with all that the records know, or return the one that is there.

    Raises:
        Invalid: the version is not of a model.
        Forbidden: the actor may not write cards of this model.
    """
    card = draft_card(actor=actor, version=version)
    _fill_draft(version.pk)
    card.refresh_from_db()
    return card


@transaction.atomic
def fill_from_records(*, actor: Actor, card: ModelCard) -> tuple[ModelCard, bool]:
    """Fill a card from the registry, lineage and evidence, and return it with whether it made an edition.

    What a person wrote stays.

    Raises:
        Forbidden: the actor may not write this card.
        PolicyBlocked: it is archived, or out to be signed.
    """
    write_decision(actor, card).require()
    if card.state == CardState.ARCHIVED:
        raise PolicyBlocked("This card is archived, so it stays as it is.")
    if card.state == CardState.IN_REVIEW:
        raise PolicyBlocked("This card is out to be signed.", remedy="Take it back, then fill it in.")
    moved = _fill(actor, card)
    card.refresh_from_db()
    return card, moved


def queue_filling(report: Report) -> None:
    """Leave word that evidence has come about a model version. Runs in the transaction that keeps the evidence."""
    if report.component.kind == ComponentKind.MODEL:
        enqueue(topic=FILL_CARD, key=report.ref, payload={"version": report.version_id})


def fill_waiting(key: str, payload: dict[str, Any]) -> None:  # noqa: ARG001
    """Fill the card of a version of which evidence has come, while it is a draft. The outbox calls it."""
    _fill_draft(payload["version"])


@transaction.atomic
def _fill_draft(version_id: int) -> None:
    cards = ModelCard.objects.filter(version=version_id, state=CardState.DRAFT)
    card = cards.select_related("version__component__owner_team", "version__component__owner_person").first()
    if card is not None:
        _fill(system("cards"), card)


def _fill(actor: Actor, card: ModelCard) -> bool:
    return fill_card(actor=actor, card=card, given=[*records_of(card.version), *measured_of(card.version)])
