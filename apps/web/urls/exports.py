"""Exports of the ledger: asking for one, watching it, and fetching it."""

from django.urls import URLPattern, path

from apps.web.views import exports

urlpatterns: list[URLPattern] = [
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/fields/", exports.fields, name="export-fields"),
    path("exports/new/format/", exports.form, name="export-format"),
    path("exports/new/", exports.check, name="export-new"),
    path("exports/<str:ref>/", exports.export, name="export"),
    path("exports/<str:ref>/progress/", exports.progress, name="export-progress"),
    path("exports/<str:ref>/cancel/", exports.cancel, name="export-cancel"),
    path("exports/<str:ref>/download/", exports.download, name="export-download"),
]
