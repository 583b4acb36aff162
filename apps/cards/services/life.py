"""The life of a card: sent to be signed, approved as it was signed, and archived.

Who is asked, and whether they have signed, is known above: the round of signatures hangs itself on these steps.
"""

from typing import Any

from django.db import transaction

from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.selectors import completeness_of, latest_edition
from apps.cards.services.holding import held, held_to_write
from apps.core.actors import Actor
from apps.core.errors import PolicyBlocked, Stale
from apps.lifecycle.services import advance


@transaction.atomic
def submit_card(*, actor: Actor, card: ModelCard) -> ModelCard:
    """Send a card that holds all that it must to those who sign it.

    Raises:
        Forbidden: the actor may not write this card.
        Stale: somebody wrote a newer edition than ``card``, which the actor read.
        PolicyBlocked: a field that a model of its tier needs is missing; the reason names it.
        IllegalTransition: it is not a draft. NobodyToSign: nobody is there who may sign it.
    """
    found = held_to_write(actor, card)
    _check_unmoved(found, card)
    lacks = completeness_of(found)
    if found.state == CardState.DRAFT and lacks.needed:
        raise PolicyBlocked(lacks.sentence, remedy="Complete the card, then ask for its approval.")
    return advance(found, "submit", actor=actor, data=_signed(found))


@transaction.atomic
def take_back_card(*, actor: Actor, card: ModelCard) -> ModelCard:
    """Take a card back that is out to be signed: a draft again, and nobody is asked any more.

    Raises:
        Forbidden: the actor may not write this card.
        IllegalTransition: it is not out to be signed.
    """
    return advance(held_to_write(actor, card), "take_back", actor=actor)


@transaction.atomic
def settle_card(*, actor: Actor, card: ModelCard, digest: str, approved: bool) -> ModelCard:
    """Approve the edition that was signed, or make it a draft again when it was refused or not decided in time.

    Called in the transaction of the last signature, by the floor that asked for it.

    Raises:
        Stale: the card says something else than what was signed.
    """
    found = held(card)
    edition = latest_edition(found)
    if edition.digest != digest:
        raise Stale("The card is not what was signed.", remedy="Ask for its approval again.")
    return advance(found, "approve" if approved else "return", actor=actor, data=_signed(found))


@transaction.atomic
def archive_card(*, actor: Actor, card: ModelCard) -> ModelCard:
    """Archive a card: nobody writes it any more, and the database holds to that.

    Raises:
        Forbidden: the actor may not write this card.
        IllegalTransition: it is archived already, or out to be signed.
    """
    found = held_to_write(actor, card)
    return advance(found, "archive", actor=actor, data=_signed(found))


def _check_unmoved(found: ModelCard, read: ModelCard) -> None:
    if found.edition != read.edition:
        raise Stale(
            f"Somebody wrote edition {found.edition} since you opened it.",
            remedy="Reload the card and read it.",
        )


def _signed(card: ModelCard) -> dict[str, Any]:
    return {"edition": card.edition, "digest": latest_edition(card).digest}
