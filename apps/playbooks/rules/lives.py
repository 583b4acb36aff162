"""The lives of what people use and of documents, who may lead them on, and what a finished document says."""

from typing import Any

from apps.accounts.enums import Role
from apps.core.decisions import ALLOWED, Decision, denied
from apps.lifecycle.machine import Transition
from apps.playbooks.enums import DocumentState, UseState

USE_TRANSITIONS = [
    Transition("retire", frozenset({UseState.ACTIVE}), UseState.RETIRED, "retired"),
]
DOCUMENT_TRANSITIONS = [
    Transition("finish", frozenset({DocumentState.DRAFT}), DocumentState.FINISHED, "finished"),
]

_READ_ONLY = {Role.EXECUTIVE, Role.AUDITOR}


def may_edit_templates(roles: set[str]) -> Decision:
    """Say whether somebody with these roles may write and retire templates. ``roles`` are those over everything."""
    if Role.CHANGE_MANAGER in roles:
        return ALLOWED
    return denied(
        "Only a Change Manager over everything can write templates, because everybody uses them.",
        "Ask a Change Manager.",
    )


def may_write_documents(roles: set[str]) -> Decision:
    """Say whether somebody with these roles may write documents: whoever does more than read."""
    if roles - _READ_ONLY:
        return ALLOWED
    return denied(
        "Only people who propose, sign or manage changes write documents.",
        "Ask a Change Manager for the Requester role.",
    )


def may_write_document(author: int, person: int, name: str) -> Decision:
    """Say whether a person may write a draft: nobody writes in another's name."""
    if author == person:
        return ALLOWED
    return denied(f"Only {name}, who began this document, can write it.", f"Ask {name}.")


def statement(
    *, ref: str, kind: str, template: tuple[str, int, str], title: str, author: int, content: dict[str, Any]
) -> dict[str, Any]:
    """Return what the digest of a finished document is taken over. People are named by number (DESIGN 4.10).

    ``template`` is its reference, the number of the version, and that version's digest.
    """
    return {
        "v": 1,
        "ref": ref,
        "kind": kind,
        "template": {"ref": template[0], "version": template[1], "digest": template[2]},
        "title": title,
        "author": f"person:{author}",
        "content": content,
    }
