"""What everything that lives on in versions has in common: who may follow whom, and how it ends."""

from typing import Any, TypeVar

from apps.accounts.models import User
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import PolicyBlocked, Stale
from apps.lifecycle.services import advance
from apps.playbooks.enums import UseState
from apps.playbooks.models.versioned import Versioned

Head = TypeVar("Head", bound=Versioned)


def held(head: Head) -> Head:
    """Return a head as it is now, locked until the transaction ends."""
    return type(head)._default_manager.select_for_update().get(pk=head.pk)


def held_to_write(head: Head, version: int | None) -> Head:
    """Return a head to write the next version of. ``version`` is the one that the person read, where it is known.

    Raises:
        PolicyBlocked: it is retired.
        Stale: somebody wrote a newer version in the meantime.
    """
    locked = held(head)
    if locked.state == UseState.RETIRED:
        raise PolicyBlocked(
            f"This {head.KIND} is retired, so it stays as it is.", remedy=f"Add a new {head.KIND} instead."
        )
    if version is not None and locked.version != version:
        raise Stale(
            f"Somebody wrote version {locked.version} while you were writing.",
            remedy="Look at what is new in it, then write your own changes on top.",
        )
    return locked


def stamp(actor: Actor, head: Versioned) -> dict[str, Any]:
    """Return which version of a head is written now, by whom and when."""
    by = actor.user if isinstance(actor.user, User) else None
    return {head.KIND: head, "number": head.version, "written_by": by, "written_at": clock.now()}


def retire(actor: Actor, head: Head, reason: str) -> Head:
    """Retire a head for good.

    Raises:
        IllegalTransition: it is retired already.
    """
    locked = held(head)
    advance(locked, "retire", actor=actor, data={"version": locked.version}, private={"reason": reason})
    locked.retired_reason, locked.retired_at = reason, clock.now()
    locked.retired_by = actor.user if isinstance(actor.user, User) else None
    locked.save(update_fields=["retired_reason", "retired_at", "retired_by", "updated_at"])
    return locked
