"""A file on its way onto a card, from the look at it to the word that it counts.

The file travels in the page, signed, so that nothing is kept here in between and what is taken is what was looked at.
"""

from dataclasses import dataclass

from django.core import signing

from apps.accounts.models import User
from apps.cards.models import ModelCard
from apps.cards.rules.formats import Taken
from apps.cards.rules.importing import Offer
from apps.cards.selectors import offers_for
from apps.core.errors import Stale
from apps.web.card_page.sources import Source, authors_in, sources_of
from apps.web.card_page.values import Shown, shown

_KEPT = 24 * 3600
_SALT = "cards.import"


@dataclass(frozen=True)
class Brought:
    """A file that a person looked at: for which edition of which card, its name, its format and its text."""

    card: str
    edition: int
    name: str
    format: str
    text: str


def packed(user: User, brought: Brought) -> str:
    """Return a file as text for the page."""
    fields = [brought.card, brought.edition, brought.name, brought.format, brought.text]
    return signing.dumps([user.pk, *fields], salt=_SALT, compress=True)


def unpacked(text: str, user: User, card: ModelCard) -> Brought:
    """Return the file in a page.

    Raises:
        Stale: it is not this person's, for another card, or older than a day.
    """
    try:
        by, *fields = signing.loads(text, salt=_SALT, max_age=_KEPT)
    except signing.BadSignature:
        by, fields = None, [""]
    if by != user.pk or fields[0] != card.ref:
        raise Stale("This look at the file is too old.", remedy="Choose the file again.")
    return Brought(*fields)


@dataclass(frozen=True)
class Line:
    """A field as the card has it and as the file says it, and where what the card has comes from."""

    offer: Offer
    before: Shown
    after: Shown

    @property
    def sources(self) -> list[Source]:
        return self.before.sources


def lines_of(user: User, card: ModelCard, taken: Taken) -> list[Line]:
    """Return what a file would change on a card, field by field."""
    people = User.objects.in_bulk(authors_in(card))
    return [
        Line(
            offer,
            shown(offer.field, offer.held, people, sources_of(card, offer.field.name, people)),
            shown(offer.field, offer.offered, people),
        )
        for offer in offers_for(card, taken.content)
    ]
