"""The framework maps, and the records behind each of their numbers."""

from django.urls import URLPattern, path

from apps.web.views import frameworks

urlpatterns: list[URLPattern] = [
    path("ledger/frameworks/", frameworks.overview, name="frameworks"),
    path("ledger/frameworks/records/<slug:name>/", frameworks.records, name="framework-records"),
    path("ledger/frameworks/<slug:slug>/", frameworks.framework, name="framework"),
    path("ledger/frameworks/<slug:slug>/map.csv", frameworks.table, name="framework-table"),
]
