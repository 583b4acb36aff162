"""The ledger, and the permanent link of each entry."""

from django.urls import URLPattern, path

from apps.web.views import as_at, ledger

urlpatterns: list[URLPattern] = [
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/at/", as_at.choose, name="ledger-at"),
    path("ledger/at/<slug:kind>/<path:ident>/", as_at.record, name="ledger-record-at"),
    path("ledger/<int:number>/", ledger.entry, name="ledger-entry"),
]
