"""What the frame around every page needs to know. Nothing is asked of the database until a template reads it."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from apps.web.nav import Destination, destinations


class Shell:
    """The top bar's and footer's data, read at most once a request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def nav(self) -> list[Destination]:
        """Return the main navigation."""
        return destinations(self._request.path)

    @cached_property
    def inbox_count(self) -> int:
        """Return how many requirements wait for this person."""
        return 0

    @cached_property
    def unread_count(self) -> int:
        """Return how many notifications this person has not read."""
        return 0

    @cached_property
    def checkpoint(self) -> Any:
        """Return the ledger's latest checkpoint, or None before the first seal."""
        return None


def portal(request: HttpRequest) -> dict[str, Any]:
    """Add ``shell`` to every template; one for each request, however many templates it renders."""
    shell = getattr(request, "_portal_shell", None)
    if shell is None:
        shell = Shell(request)
        request._portal_shell = shell  # type: ignore[attr-defined]
    return {"shell": shell}
