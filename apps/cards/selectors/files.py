"""What a file would change on a card."""

from collections.abc import Mapping
from typing import Any

from apps.cards.enums import Origin
from apps.cards.models import ModelCard
from apps.cards.rules.importing import Offer, offers_of
from apps.cards.selectors.cards import content_of

_BY_PEOPLE = (Origin.PERSON, Origin.FILE)


def offers_for(card: ModelCard, said: Mapping[str, Any]) -> list[Offer]:
    """Return the fields that a file says otherwise than the card, and of which a person wrote or brought a part."""
    by_people = {
        name for name, sources in card.sources.items() if any(one["kind"] in _BY_PEOPLE for one in sources)
    }
    return offers_of(content_of(card), said, by_people)
