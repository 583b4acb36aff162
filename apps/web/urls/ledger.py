"""The ledger, and the permanent link of each entry."""

from django.urls import URLPattern, path

from apps.web.views import ledger

urlpatterns: list[URLPattern] = [
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/<int:number>/", ledger.entry, name="ledger-entry"),
]
