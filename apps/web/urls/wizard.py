"""Proposing a change, step by step."""

from django.urls import URLPattern, path

from apps.web.views import wizard

urlpatterns: list[URLPattern] = [
    path("changes/new/", wizard.new, name="change-new"),
    path("changes/<str:ref>/edit/", wizard.resume, name="change-resume"),
    path("changes/<str:ref>/edit/<slug:step>/", wizard.edit, name="change-edit"),
]
