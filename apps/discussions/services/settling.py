"""Settling a thread, opening it again, and marking how far a person has read."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.discussions.models import Comment, ReadMark, Thread
from apps.discussions.rules.subjects import Subject
from apps.discussions.services.access import of_thread, seen_by, speaker


@transaction.atomic
def settle_thread(*, actor: Actor, thread: Thread) -> Thread:
    """Say that a thread is answered. Twice is once.

    Raises:
        Forbidden: the actor is no person, or may not see what it is about.
    """
    user = speaker(actor)
    subject, held = of_thread(user, thread), _held(thread)
    if held.settled_at is not None:
        return held
    held.settled_at, held.settled_by = clock.now(), user
    return _save(actor, subject, held, "thread.settled")


@transaction.atomic
def reopen_thread(*, actor: Actor, thread: Thread) -> Thread:
    """Say that a thread is not answered after all. Twice is once.

    Raises:
        Forbidden: as ``settle_thread``.
    """
    user = speaker(actor)
    subject, held = of_thread(user, thread), _held(thread)
    if held.settled_at is None:
        return held
    held.settled_at = held.settled_by = None
    return _save(actor, subject, held, "thread.reopened")


@transaction.atomic
def mark_read(*, actor: Actor, subject_type: str, ref: str) -> None:
    """Mark all that is said about a subject as read by the actor.

    That a person has read something says nothing of the subject, so it is not in the ledger.

    Raises:
        Forbidden: as ``settle_thread``.
    """
    user = speaker(actor)
    subject = seen_by(user, subject_type, ref)
    said = Comment.objects.filter(thread__subject_type=subject.type, thread__subject_ref=subject.ref)
    newest = said.order_by("-pk").values_list("pk", flat=True).first()
    if newest is not None:
        read_up_to(user, subject, newest)


def read_up_to(user: User, subject: Subject, comment: int) -> None:
    """Move a person's mark up to a comment, and never back."""
    place = {"user": user, "subject_type": subject.type, "subject_ref": subject.ref}
    mark, made = ReadMark.objects.get_or_create(**place, defaults={"up_to": comment})
    if not made:
        ReadMark.objects.filter(pk=mark.pk).update(up_to=Greatest(F("up_to"), comment))


def _held(thread: Thread) -> Thread:
    return Thread.objects.select_for_update().get(pk=thread.pk)


def _save(actor: Actor, subject: Subject, thread: Thread, event: str) -> Thread:
    thread.save(update_fields=["settled_at", "settled_by", "updated_at"])
    record_event(event=event, actor=actor, obj=subject.key, data={"thread": thread.pk})
    return thread
