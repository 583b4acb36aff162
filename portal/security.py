"""Middleware: what browsers may load, and how large a request may be."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.web.views.errors import too_large

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
TOO_LARGE = "The request is too large: {size:,} bytes. The portal takes {limit:,} bytes at most."
DRAINED_LIMITS = 20

Handler = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Send the content security policy: everything comes from the portal itself, and nothing is inline."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class BodyLimit:
    """Refuse a body over ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes with 413, before anybody reads it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = request.headers.get("Content-Length") or "0"
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not size.isdigit() or int(size) <= limit:
            return self.get_response(request)
        _drain(request, limit)
        return _too_large(request, TOO_LARGE.format(size=int(size), limit=limit))


def _drain(request: HttpRequest, limit: int) -> None:
    """Read a body away, within reason: a client that still sends when we close never sees our answer."""
    for _ in range(DRAINED_LIMITS):
        if not request.read(limit):
            return


def _too_large(request: HttpRequest, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": "Request too large", "status": 413, "detail": detail}
        return JsonResponse(problem, status=413, content_type="application/problem+json")
    return too_large(request, detail)
