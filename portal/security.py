"""Middleware: what browsers may load, and how large a request may be."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.web.views.errors import bad_request, too_large

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
UNREADABLE = "The address holds a NUL character."
TOO_LARGE = (
    "What you sent has {size:.1f} MB. The portal takes {limit:.1f} MB at once at most, files included."
)
MEGABYTE = 1_000_000
DRAINED_LIMITS = 20
DRAINED_AT_ONCE = 64 * 1024

Handler = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Send the content security policy: everything comes from the portal itself, and nothing is inline.

    What does not say how long it may be kept is one person's: no cache hands it to another, nor after sign-out.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class ReadableAddress:
    """Refuse an address with a NUL character with 400: PostgreSQL would fail on it in the midst of a page.

    The forms of pages take a NUL in a query themselves, and say so at the field.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.META.get("QUERY_STRING", "") if request.path.startswith("/api/") else ""
        if "\x00" in request.path or "%00" in asked:
            return _problem(request, 400, "Bad request", UNREADABLE) or bad_request(request)
        return self.get_response(request)


class BodyLimit:
    """Refuse a body over ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes with 413, before anybody reads it.

    Where evidence is sent, which is a file, it may have ``EVIDENCE_BODY_LIMIT``.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = request.headers.get("Content-Length") or "0"
        limit = _limit_at(request.path)
        if not size.isdigit() or int(size) <= limit:
            return self.get_response(request)
        _drain(request, limit)
        said = TOO_LARGE.format(size=int(size) / MEGABYTE, limit=limit / MEGABYTE)
        return _problem(request, 413, "Request too large", said) or too_large(request, said)


def _limit_at(path: str) -> int:
    sends_a_file = re.fullmatch(settings.EVIDENCE_PATHS, path)
    return settings.EVIDENCE_BODY_LIMIT if sends_a_file else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _drain(request: HttpRequest, limit: int) -> None:
    """Read a body away, little by little and within reason.

    A client that still sends when we close never sees our answer.
    """
    for _ in range(DRAINED_LIMITS * limit // DRAINED_AT_ONCE):
        if not request.read(DRAINED_AT_ONCE):
            return


def _problem(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse | None:
    """Return a problem document for a call of the API; None for a page."""
    if not request.path.startswith("/api/"):
        return None
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(problem, status=status, content_type="application/problem+json")
