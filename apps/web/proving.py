"""Proving who one is, again, in the form of a page that binds: by password, code or passkey.

The proof comes with what it is for, so a screen left open signs nothing. Where the approval policy allows it
(``Round.freshness``), one from earlier in the session serves instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest

from apps.accounts.models import User
from apps.accounts.selectors import SecondFactors, second_factors_of
from apps.accounts.services import code_problem, passkey_problem, passkey_request, password_problem
from apps.approvals.enums import AuthMethod
from apps.core import clock
from apps.web.forms.proving import ProofForm
from apps.web.reader import reader

_METHODS = {"totp": AuthMethod.CODE, "webauthn": AuthMethod.PASSKEY}
_TYPES = {method: kind for kind, method in _METHODS.items()}


@dataclass(frozen=True)
class Proved:
    """How and when a person proved who they are; ``earlier`` when it was not with this request."""

    method: str
    at: datetime
    earlier: bool = False


class Ways:
    """How a person may prove who they are on this page; with ``freshness``, also by what they proved that long ago."""

    def __init__(self, request: HttpRequest, *, freshness: timedelta = timedelta(0)) -> None:
        self._request = request
        self.freshness = freshness
        self.user: User = reader(request)

    @cached_property
    def factors(self) -> SecondFactors:
        """Return the person's second factors; one query."""
        return second_factors_of(self.user)

    @property
    def code(self) -> bool:
        """Return whether a password needs the code of an app beside it."""
        return self.factors.code is not None

    @cached_property
    def passkey(self) -> str:
        """Return what the browser needs to use a passkey, as JSON; blank for someone without one."""
        return passkey_request(self.user) if self.factors.passkeys else ""

    @cached_property
    def earlier(self) -> Proved | None:
        """Return the newest proof of this session that is as strong as what the form would ask for, or None."""
        records = get_authentication_records(self._request, self.user)
        if not (self.freshness and records):
            return None
        method = _METHODS.get(records[-1].get("type"), AuthMethod.PASSWORD)
        if method == AuthMethod.PASSWORD and self.factors:
            return None
        return Proved(method, datetime.fromtimestamp(records[-1]["at"], UTC), earlier=True)

    @property
    def serves_until(self) -> datetime | None:
        """Return until when an earlier proof serves, or None when the form must ask."""
        if self.earlier is None:
            return None
        end = self.earlier.at + self.freshness
        return end if clock.now() < end else None


def prove(
    request: HttpRequest,
    form: ProofForm,
    ways: Ways,
    refused: Callable[[str], None],
    nothing: str = "Nothing was signed.",
) -> Proved | None:
    """Return how a person has proved who they are, or None after saying at the field what is wrong.

    ``nothing`` says what did not happen then. A wrong proof is told to ``refused``, which records the denial; one
    that was left out is not. An earlier proof that is too old is returned too: the service refuses it, with the
    reason.
    """
    if not form.is_valid():
        _also_wrong(form, ways, refused, nothing)
        return None
    given = form.cleaned_data
    if not (given["passkey"] or given["password"]):
        if ways.earlier is None:
            form.add_error("password", _ask(ways))
        return ways.earlier
    method, field, problem = _judged(ways, given)
    if problem:
        refused(problem)
        form.add_error(field, f"{problem} {nothing}")
        return None
    if ways.freshness:
        _remember(request, method)
    return Proved(method, clock.now())


def _also_wrong(form: ProofForm, ways: Ways, refused: Callable[[str], None], nothing: str) -> None:
    """Say at once what is wrong with the password of a form that is wrong elsewhere too.

    A code and the answer of a passkey serve once, so a form that cannot be taken does not use them up.
    """
    given = form.cleaned_data
    if given.get("passkey") or "password" in form.errors:
        return
    if not given.get("password"):
        if ways.earlier is None:
            form.add_error("password", _ask(ways))
    elif problem := password_problem(user=ways.user, password=given["password"]):
        refused(problem)
        form.add_error("password", f"{problem} {nothing}")


def _judged(ways: Ways, given: dict[str, str]) -> tuple[AuthMethod, str, str]:
    """Return what was used, the field it stands in, and what is wrong with it or nothing."""
    if given["passkey"]:
        return AuthMethod.PASSKEY, "password", passkey_problem(user=ways.user, credential=given["passkey"])
    problem = password_problem(user=ways.user, password=given["password"])
    if problem or not ways.code:
        return AuthMethod.PASSWORD, "password", problem
    return AuthMethod.CODE, "code", code_problem(user=ways.user, code=given["code"])


def _ask(ways: Ways) -> str:
    other = " Enter it, or use your passkey." if ways.factors.passkeys else ""
    return f"Your password is missing.{other}"


def _remember(request: HttpRequest, method: AuthMethod) -> None:
    """Let a proof serve for the next signature too."""
    kind = _TYPES.get(method)
    record_authentication(
        request, reader(request), "mfa" if kind else "password", reauthenticated=True, type=kind
    )
