"""Templates and documents as people see them."""

from apps.playbooks.selectors.documents import (
    document_exists,
    document_for,
    documents_visible_to,
    drafts_of,
    finished_documents,
    is_behind,
    move_of,
    start_decision,
    statement_of,
    write_decision,
)
from apps.playbooks.selectors.templates import (
    current_version,
    differences,
    edit_decision,
    template_exists,
    template_for,
    templates_in_use,
    templates_visible_to,
    versions_of,
)

__all__ = [
    "current_version",
    "differences",
    "document_exists",
    "document_for",
    "documents_visible_to",
    "drafts_of",
    "edit_decision",
    "finished_documents",
    "is_behind",
    "move_of",
    "start_decision",
    "statement_of",
    "template_exists",
    "template_for",
    "templates_in_use",
    "templates_visible_to",
    "versions_of",
    "write_decision",
]
