"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from portal.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("accounts/", include("allauth.account.urls")),
    path("", include("apps.web.urls")),
]
