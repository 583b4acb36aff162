"""Holding a card while it is written, and who may write it."""

from collections.abc import Callable

from apps.cards.models import ModelCard
from apps.cards.selectors import write_decision
from apps.core.actors import Actor

Holder = Callable[[ModelCard], None]

_first: list[Holder] = []


def hold_first(holder: Holder) -> None:
    """Let an upper floor lock what it keeps over a card before the card itself; called from its ``AppConfig.ready``.

    Whoever signs holds the round and then the card, so whoever writes must take them in that order too.
    """
    if holder not in _first:
        _first.append(holder)


def held(card: ModelCard) -> ModelCard:
    """Return a card as it is now, locked until the transaction ends."""
    for holder in _first:
        holder(card)
    cards = ModelCard.objects.select_for_update(of=("self",)).select_related("version__component__owner_team")
    return cards.get(pk=card.pk)


def held_to_write(actor: Actor, card: ModelCard) -> ModelCard:
    """Return a card as ``held`` does.

    Raises:
        Forbidden: the actor may not write this card.
    """
    found = held(card)
    write_decision(actor, found).require()
    return found
