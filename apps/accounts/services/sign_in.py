"""Sign-in, sign-out, failed sign-in and new passwords, for the ledger."""

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.actors import Actor, person, system


@transaction.atomic
def record_sign_in(*, user: User, method: str) -> None:
    """Write that a person signed in, and how."""
    record_event(event="person.signed_in", actor=person(user), obj=user, data={"method": method})


@transaction.atomic
def record_sign_out(*, user: User) -> None:
    """Write that a person signed out."""
    record_event(event="person.signed_out", actor=person(user), obj=user)


@transaction.atomic
def record_password_change(*, user: User) -> None:
    """Write that a person has a new password: typed beside the old one, or through a link sent to their address."""
    record_event(event="person.password_changed", actor=person(user), obj=user)


@transaction.atomic
def record_failed_sign_in(*, username: str) -> None:
    """Write that somebody failed to sign in, as whom if that person is here.

    Nothing of what was typed is stored: it may be a password in the wrong field.
    """
    known = User.objects.filter(username__iexact=username).only("pk").first()
    subject: User | tuple[str, str] = known or ("sign_in", "unknown")
    actor: Actor = system("sign-in")
    record_event(event="person.sign_in_failed", actor=actor, obj=subject)
