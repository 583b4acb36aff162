"""Who speaks, and about what they may."""

from apps.accounts.models import User
from apps.core.actors import Actor
from apps.core.errors import Forbidden
from apps.discussions.models import Thread
from apps.discussions.rules.subjects import Subject
from apps.discussions.selectors import subject_for


def speaker(actor: Actor) -> User:
    """Return the person who speaks. Raises Forbidden when it is a job of the portal."""
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can comment.")
    return actor.user


def seen_by(user: User, subject_type: str, ref: str) -> Subject:
    """Return a subject that a person may see. Raises Forbidden when they may not."""
    subject = subject_for(user, subject_type, ref)
    if subject is None:
        raise Forbidden(f"You may not see {ref}.", remedy="A Change Manager gives roles.")
    return subject


def open_to(user: User, subject_type: str, ref: str) -> Subject:
    """Return a subject that a person may speak about. Raises Forbidden when they may only read, or not even that."""
    subject = seen_by(user, subject_type, ref)
    subject.may_speak.require()
    return subject


def of_thread(user: User, thread: Thread) -> Subject:
    """Return what a thread is about. Raises Forbidden as ``open_to``."""
    return open_to(user, thread.subject_type, thread.subject_ref)
