"""Who may see what is kept, and who may decide on it."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import holds_everywhere
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied

Reader = AbstractBaseUser | AnonymousUser | None


def may_read_retention(user: Reader) -> Decision:
    """Tell whether a person may see holds and what has gone: auditors and change managers, over everything."""
    if isinstance(user, User) and any(
        holds_everywhere(user, role) for role in (Role.AUDITOR, Role.CHANGE_MANAGER)
    ):
        return ALLOWED
    return denied(
        "Only an auditor or a change manager may see holds and what was erased.",
        "Ask one of them, or ask for the role.",
    )


def may_keep(actor: Actor) -> Decision:
    """Tell whether an actor may hold, erase and retire: a change manager over everything, in person.

    A job of the system is an operator's command on the portal's own host. A token is not enough.
    """
    if actor.kind == "system":
        return ALLOWED
    if (
        actor.kind == "person"
        and isinstance(actor.user, User)
        and holds_everywhere(actor.user, Role.CHANGE_MANAGER)
    ):
        return ALLOWED
    return denied(
        "Only a change manager may decide what the ledger keeps.", "Ask one of them, and give the reason."
    )
