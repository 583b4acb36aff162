"""Templates, the documents that people write with them, and playbooks."""

from django.urls import URLPattern, path, re_path

from apps.web.views import documents, playbook_writing, playbooks, template_writing, templates

_TEMPLATE = r"^templates/(?P<ref>TPL-[0-9]{1,9})/"
_DOCUMENT = r"^documents/(?P<ref>DOC-[0-9]{1,9})/"
_PLAYBOOK = r"^playbooks/(?P<ref>PB-[0-9]{1,9})/"

urlpatterns: list[URLPattern] = [
    path("templates/", templates.template_list, name="templates"),
    path("templates/new/", template_writing.new, name="template-new"),
    re_path(rf"{_TEMPLATE}$", templates.template, name="template"),
    re_path(rf"{_TEMPLATE}versions/(?P<number>[0-9]{{1,5}})/$", templates.version, name="template-version"),
    re_path(rf"{_TEMPLATE}edit/$", template_writing.edit, name="template-edit"),
    re_path(rf"{_TEMPLATE}retire/$", template_writing.retire, name="template-retire"),
    re_path(rf"{_TEMPLATE}start/$", documents.start, name="document-start"),
    path("documents/", documents.document_list, name="documents"),
    re_path(rf"{_DOCUMENT}$", documents.document, name="document"),
    re_path(rf"{_DOCUMENT}statement.json$", documents.statement, name="document-statement"),
    re_path(rf"{_DOCUMENT}edit/$", documents.edit, name="document-edit"),
    re_path(rf"{_DOCUMENT}move/$", documents.move, name="document-move"),
    path("playbooks/", playbooks.playbook_list, name="playbooks"),
    path("playbooks/new/", playbook_writing.new, name="playbook-new"),
    re_path(rf"{_PLAYBOOK}$", playbooks.playbook, name="playbook"),
    re_path(rf"{_PLAYBOOK}versions/(?P<number>[0-9]{{1,5}})/$", playbooks.version, name="playbook-version"),
    re_path(rf"{_PLAYBOOK}edit/$", playbook_writing.edit, name="playbook-edit"),
    re_path(rf"{_PLAYBOOK}places/$", playbook_writing.places, name="playbook-places"),
    re_path(rf"{_PLAYBOOK}read/$", playbooks.read, name="playbook-read"),
    path("changes/<str:ref>/playbooks/", playbooks.of_change, name="change-playbooks"),
    re_path(rf"{_PLAYBOOK}retire/$", playbook_writing.retire, name="playbook-retire"),
]
