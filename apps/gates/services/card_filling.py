"""Filling a card from all that the portal knows of its version: the registry, its lineage, and what was measured.

Cards and evidence are neighbours that do not know each other.
"""

from django.db import transaction

from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.selectors import records_of, write_decision
from apps.cards.services import fill_card
from apps.core.actors import Actor
from apps.core.errors import PolicyBlocked
from apps.gates.selectors import measured_of


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
    moved = fill_card(actor=actor, card=card, given=[*records_of(card.version), *measured_of(card.version)])
    card.refresh_from_db()
    return card, moved
