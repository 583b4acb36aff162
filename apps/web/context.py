"""What the frame around every page shows. The database is asked only when a template reads it."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.accounts.models import User
from apps.approvals.selectors import open_count_for
from apps.audit.models import Checkpoint
from apps.audit.selectors import Level, latest_checkpoint, ledger_level
from apps.core import clock
from apps.outbox.selectors import unread_count
from apps.web.nav import Destination, beside, destinations


class Shell:
    """The top bar's and footer's data, read at most once a request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def nav(self) -> list[Destination]:
        """Return the main navigation."""
        return destinations(self._request.path)

    @cached_property
    def beside(self) -> list[Destination]:
        """Return the pages beside the main ones."""
        return beside(self._request.path)

    @cached_property
    def inbox_count(self) -> int:
        """Return how many requirements wait for this person, counted no further than a badge can show."""
        user = self._request.user
        return open_count_for(user) if isinstance(user, User) else 0

    @cached_property
    def unread_count(self) -> int:
        """Return how many notifications this person has not read."""
        return unread_count(self._request.user) if self._request.user.is_authenticated else 0

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """Return the ledger's latest checkpoint, or None before the first seal and for a stranger."""
        return latest_checkpoint() if self._request.user.is_authenticated else None

    @cached_property
    def level(self) -> Level:
        """Return what the ledger can show by itself; a template that reads it costs two short questions more."""
        return ledger_level(self.checkpoint)

    @property
    def session_seconds(self) -> int:
        """Return how long the session lasts at least, counted from sign-in or the last "Stay signed in"."""
        session = self._request.session
        signed_in = [method.get("at", 0) for method in session.get("account_authentication_methods", [])]
        since = max([*signed_in, session.get("kept_at", 0)])
        passed = int(clock.now().timestamp() - since) if since else 0
        return max(settings.SESSION_COOKIE_AGE - passed, 0)

    @property
    def session_ended(self) -> bool:
        """Return whether a session ran out: its cookie is still here, or the page itself says so."""
        return settings.SESSION_COOKIE_NAME in self._request.COOKIES or "ended" in self._request.GET


def shell_of(request: HttpRequest) -> Shell:
    """Return the frame's data of a request: one object, however many templates and views ask."""
    shell: Shell | None = getattr(request, "_portal_shell", None)
    if shell is None:
        shell = Shell(request)
        request._portal_shell = shell  # type: ignore[attr-defined]
    return shell


def portal(request: HttpRequest) -> dict[str, Any]:
    """Add ``shell`` to every template."""
    return {"shell": shell_of(request)}
