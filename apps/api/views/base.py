"""What every resource shares."""

from typing import NoReturn

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.enums import TokenScope
from apps.accounts.models import User
from apps.accounts.selectors import second_factors_of
from apps.accounts.services import code_problem, password_problem
from apps.api.authentication import actor_of, person_of
from apps.audit.services import record_denial
from apps.core.actors import Actor
from apps.core.errors import Forbidden

IN_FORCE = "in-force"
"""What stands in an address for the version that counts now."""


class Resource(APIView):
    """A resource of the portal. ``write_scope`` is the scope that a token needs to change it."""

    write_scope: TokenScope

    @property
    def user(self) -> User:
        """Return the person whom the call acts for; the permission classes let nobody else in."""
        return person_of(self.request)

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    def prove(self, password: str, code: str) -> None:
        """Raise Forbidden unless this is the password of the person whom the token acts for.

        Someone who has set up an authenticator app needs its code too.
        """
        if problem := password_problem(user=self.user, password=password):
            raise Forbidden(problem, remedy="Send the password of the person whom the token acts for.")
        if second_factors_of(self.user).code and (problem := code_problem(user=self.user, code=code)):
            raise Forbidden(problem, remedy="Send the code of their authenticator app as “code”.")

    def missing(self, kind: str, ref: str, *, exists: bool) -> NoReturn:
        """Answer 404 alike for what is not there and what this person may not see; the second leaves a denial.

        Raises:
            NotFound: always.
        """
        deny_missing(self.request, kind, ref, exists=exists)


def deny_missing(request: Request, kind: str, ref: str, *, exists: bool) -> NoReturn:
    """Record that a person asked for something that they may not see, and raise NotFound."""
    if exists:
        action = f"{request.method} {kind}"
        reason = "This person may not see it."
        record_denial(actor=actor_of(request), obj=(kind, ref), action=action, reason=reason)
    raise NotFound


def number_in(ref: str, prefix: str) -> int:
    """Return the number in a reference such as POLICY-2, and 0, which nothing has, for anything else."""
    digits = ref.removeprefix(prefix)
    fits = digits != ref and digits.isascii() and digits.isdecimal() and len(digits) <= 6
    return int(digits) if fits else 0
