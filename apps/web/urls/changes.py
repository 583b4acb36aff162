"""The list of changes, each change, its revisions and its steps."""

from django.urls import URLPattern, path, re_path

from apps.web.change_words import BY_SLUG
from apps.web.views import change_contracts, change_documents, change_messages, changes, emergency

_REF = r"(?P<ref>CHG-[0-9]{1,9})"

urlpatterns: list[URLPattern] = [
    path("changes/", changes.change_list, name="changes"),
    re_path(rf"^changes/{_REF}/$", changes.change, name="change"),
    re_path(
        rf"^changes/{_REF}/revisions/(?P<number>[0-9]{{1,5}})/$", changes.revision, name="change-revision"
    ),
    re_path(rf"^changes/{_REF}/documents/$", change_documents.documents, name="change-documents"),
    re_path(rf"^changes/{_REF}/contracts/$", change_contracts.contracts, name="change-contracts"),
    re_path(rf"^changes/{_REF}/messages/$", change_messages.planned, name="change-messages"),
    re_path(rf"^changes/{_REF}/go-ahead/$", emergency.go_ahead, name="change-go-ahead"),
    re_path(rf"^changes/{_REF}/went-ahead\.json$", emergency.attestation, name="change-went-ahead"),
    re_path(rf"^changes/{_REF}/(?P<slug>{'|'.join(BY_SLUG)})/$", changes.act, name="change-act"),
]
