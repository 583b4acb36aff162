"""The pages that Django asks for when something fails: 400, 403, 404, 500, and a failed CSRF check.

Django fixes the arguments of these views, so not every one is used.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token

from apps.web.errors import in_place_of_main

SMALLER = (
    "Nothing was changed. Choose a smaller file or shorten the text; from a calendar, export a shorter time."
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer a request that cannot be read. Nobody may have looked yet who asks, so the page has no frame."""
    return HttpResponse(loader.render_to_string("400.html"), status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Answer a ``PermissionDenied``; refusals of services come from ``apps.web.errors``."""
    return render(request, "403.html", {"back": "/"}, status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere, or to what this person may not see."""
    said = exception.args[0] if exception and exception.args and isinstance(exception.args[0], str) else ""
    return in_place_of_main(request, render(request, "404.html", {"said": said}, status=404))


def too_large(request: HttpRequest, said: str) -> HttpResponse:
    """Answer a body over the limit. It needs neither session nor database: nobody has read them yet.

    It leads back to the page that sent it, where the browser names one of ours.
    """
    sent = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(sent, {request.get_host()}, require_https=request.is_secure())
    context = {"said": f"{said} {SMALLER}", "back": sent if ours else ""}
    return HttpResponse(loader.render_to_string("413.html", context), status=413)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer a failure of the portal itself, without touching the database that may have caused it."""
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Answer a form that came without its token: the session ended, or cookies are off."""
    return in_place_of_main(request, render(request, "csrf.html", status=403))
