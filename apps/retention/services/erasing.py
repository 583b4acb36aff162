"""Erasing free text and personal data, where the ledger keeps only salted digests of them."""

from collections.abc import Collection

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.services import forget_person
from apps.approvals.services import erase_looks, erase_notes, erase_questions, erase_questions_of_entries
from apps.audit import services as ledger
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.discussions.services import erase_comments, erase_comments_of_entries
from apps.retention.selectors import TextsFound, texts_of_entries, texts_of_person
from apps.retention.services.holds import (
    allowed_to_keep,
    only_one_at_a_time,
    refuse_if_held,
    refuse_if_person_held,
)


@transaction.atomic
def erase_texts(*, actor: Actor, entries: Collection[int], reason: str) -> int:
    """Erase the texts beside the chosen entries, and return how many. Every entry keeps its digests.

    Raises:
        Forbidden: the actor may not decide what the ledger keeps.
        Invalid: there is no reason.
        PolicyBlocked: a legal hold covers one of the entries.
    """
    _checked(actor, reason)
    return _erase(actor, ("ledger", "texts"), texts_of_entries(entries), reason)


@transaction.atomic
def erase_person(*, actor: Actor, user: User, reason: str, also: Collection[int] = ()) -> int:
    """Erase what a person wrote beside the ledger and what names them, and return how many texts went.

    Their name, user name, address and job title go too, the notes on their signatures, and what they asked,
    answered and commented. ``also`` are entries by others that name them, as an operator found them.

    Raises:
        Forbidden: the actor may not decide what the ledger keeps.
        Invalid: there is no reason.
        IllegalTransition: the person may still sign in.
        PolicyBlocked: a legal hold covers the person or one of the entries.
    """
    _checked(actor, reason)
    refuse_if_person_held(user, act="erased")
    erased = _erase(actor, user, texts_of_person(user), reason)
    if also:
        erased += _erase(actor, user, texts_of_entries(also), reason)
    erase_notes(actor=actor, signer=user)
    erase_questions(actor=actor, person=user)
    erase_looks(actor=actor, person=user)
    erase_comments(actor=actor, author=user)
    forget_person(actor=actor, user=user)
    return erased


def _checked(actor: Actor, reason: str) -> None:
    allowed_to_keep(actor)
    if not reason.strip():
        raise Invalid({"reason": ["Say why these texts must go."]})
    only_one_at_a_time()


def _erase(actor: Actor, obj: User | tuple[str, str], found: TextsFound, reason: str) -> int:
    refuse_if_held(found.events, act="erased")
    entries = found.entries
    # Comments and questions stand in tables of their own too, so that pages need not search the ledger.
    erase_questions_of_entries(actor=actor, entries=entries)
    erase_comments_of_entries(actor=actor, entries=entries)
    return ledger.erase_texts(actor=actor, obj=obj, entries=entries, reason=reason.strip())
