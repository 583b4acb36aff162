"""Erasing the words of comments. The comments, their order and their salted digests in the ledger stay."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.discussions.models import Wording


@transaction.atomic
def erase_comments(*, actor: Actor, author: User) -> int:
    """Erase the words of all that a person said, and return how many wordings. Who may ask is the caller's to judge."""
    count = _erase(Wording.objects.filter(comment__author=author))
    record_event(event="comment.words_erased", actor=actor, obj=author, data={"wordings": count})
    return count


@transaction.atomic
def erase_comments_of_entries(*, actor: Actor, entries: Collection[int]) -> int:
    """Erase the words whose salted digests these entries hold, and return how many."""
    count = _erase(Wording.objects.filter(entry__in=entries))
    if count:
        record_event(
            event="comment.words_erased", actor=actor, obj=("ledger", "texts"), data={"wordings": count}
        )
    return count


def _erase(wordings: QuerySet[Wording]) -> int:
    return wordings.filter(erased_at=None).update(text="", erased_at=clock.now())
