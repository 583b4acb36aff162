"""Who does something: a person, a person's API token, or a named job of the system."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

ActorKind = Literal["person", "token", "system"]


@dataclass(frozen=True)
class Actor:
    """A named actor, as every service takes it and every ledger entry holds it.

    ``user`` is the person who answers for the act; it is None only for the system.
    ``ident`` is what the ledger keeps: it names nobody outside the portal, so erasing a person never
    breaks the ledger.
    """

    kind: ActorKind
    ident: str
    user: "AbstractBaseUser | None" = None

    @property
    def key(self) -> str:
        """Return ``kind:ident``, the form in which the ledger is searched."""
        return f"{self.kind}:{self.ident}"


def person(user: "AbstractBaseUser") -> Actor:
    """Return the actor for a signed-in person."""
    return Actor("person", str(user.pk), user)


def token(user: "AbstractBaseUser", prefix: str) -> Actor:
    """Return the actor for a call made with a person's API token, named by the token's public prefix."""
    return Actor("token", f"{user.pk}/{prefix}", user)


def system(job: str) -> Actor:
    """Return the actor for a job of the portal itself, such as ``system("sealer")``."""
    return Actor("system", job)


def person_behind(key: str) -> int | None:
    """Return the number of the person who answers for an actor such as ``person:12`` or ``token:12/ab12``."""
    kind, _, ident = key.partition(":")
    number = ident.partition("/")[0]
    return int(number) if kind in ("person", "token") and number.isascii() and number.isdecimal() else None
