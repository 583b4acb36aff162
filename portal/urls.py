"""Every address of the portal."""

from typing import NoReturn

from allauth.mfa.base.views import authenticate
from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, include, path, re_path

from portal.health import healthz, readyz


def not_offered(request: HttpRequest) -> NoReturn:
    """Answer 404. Who a person is, and where a new password is sent, is kept by operators and not in a session."""
    raise Http404(f"There is no page at {request.path}.")


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
    re_path(r"^accounts/(?:email|confirm-email)/", not_offered),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/second-factor/", authenticate, name="mfa_authenticate"),
    path("api/v1/", include("apps.api.urls")),
    path("", include("apps.web.urls")),
]

handler400 = "apps.web.views.errors.bad_request"
handler403 = "apps.web.views.errors.forbidden"
handler404 = "apps.web.views.errors.not_found"
handler500 = "portal.failures.server_error"
