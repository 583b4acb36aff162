"""Which version of a playbook, a template or a course a page shows, and beside which other."""

from collections.abc import Iterable
from typing import TypeVar

from django.http import Http404, HttpRequest

from apps.playbooks.models import Version

AnyVersion = TypeVar("AnyVersion", bound=Version)


def shown_beside(
    request: HttpRequest, versions: Iterable[AnyVersion], ref: str, number: str
) -> tuple[AnyVersion, AnyVersion | None]:
    """Return the version of that number, and the one that ``against`` names or else the one before, if there is one.

    Raises:
        Http404: there is no version of that number.
    """
    held = {each.number: each for each in versions}
    shown = held.get(int(number))
    if shown is None:
        raise Http404(f"{ref} has no version {number}.")
    named = request.GET.get("against", "")
    known = named.isascii() and named.isdecimal() and len(named) < 6
    return shown, held.get(int(named) if known else shown.number - 1)
