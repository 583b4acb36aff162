"""Pages that hold no records: help, keys, accessibility."""

from django.urls import URLPattern, path

from apps.web.views import pages

urlpatterns: list[URLPattern] = [
    path("help/", pages.help_page, name="help"),
    path("help/keyboard/", pages.keyboard, name="keyboard"),
    path("help/accessibility/", pages.accessibility, name="accessibility"),
    path("session/", pages.keep_session, name="session"),
]
