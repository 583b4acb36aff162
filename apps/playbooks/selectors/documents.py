"""Documents: finished ones for whoever holds any role, drafts for their author alone."""

from typing import Any

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.accounts.selectors import grants_of, with_any_role
from apps.core.actors import Actor
from apps.core.decisions import Decision, denied
from apps.playbooks.enums import DocumentState
from apps.playbooks.models import Document
from apps.playbooks.rules import Moved, may_write_document, may_write_documents, moved, statement
from apps.playbooks.selectors.naming import number_in
from apps.playbooks.selectors.templates import current_version

PREFIX = "DOC-"


def documents_visible_to(user: User) -> QuerySet[Document]:
    """Return what a person may read: finished documents and their own drafts, newest first."""
    readable = Q(state=DocumentState.FINISHED) | Q(author=user)
    return Document.objects.filter(with_any_role(user), readable).select_related(
        "version__template", "author"
    )


def document_for(user: User, ref: str) -> Document | None:
    """Return a document by its reference ("DOC-12"), or None when there is none that the person may see."""
    return documents_visible_to(user).filter(number__in=number_in(ref, PREFIX)).first()


def document_exists(ref: str) -> bool:
    """Return whether there is such a document, whoever may see it; for the record of a denial alone."""
    return Document.objects.filter(number__in=number_in(ref, PREFIX)).exists()


def drafts_of(user: User) -> QuerySet[Document]:
    """Return a person's own drafts, newest first."""
    return documents_visible_to(user).filter(author=user, state=DocumentState.DRAFT)


def finished_documents(user: User) -> QuerySet[Document]:
    """Return the finished documents, newest first."""
    return documents_visible_to(user).filter(state=DocumentState.FINISHED)


def is_behind(document: Document) -> bool:
    """Return whether a draft was begun with an older version than the one in force."""
    version = document.version
    return document.state == DocumentState.DRAFT and version.number < version.template.version


def move_of(document: Document) -> Moved:
    """Return what a draft would hold in the newest version of its template, and what would find no place there."""
    version = document.version
    return moved(version.schema, current_version(version.template).schema, document.content)


def statement_of(document: Document) -> dict[str, Any]:
    """Return what the digest of a document is taken over."""
    version = document.version
    return statement(
        ref=document.ref,
        kind=version.template.kind,
        template=(version.template.ref, version.number, version.digest),
        title=document.title,
        author=document.author_id,
        content=document.content,
    )


def start_decision(actor: Actor) -> Decision:
    """Say whether an actor may begin a document."""
    if not isinstance(actor.user, User):
        return denied("Only a person can write a document.")
    return may_write_documents({grant.role for grant in grants_of(actor.user)})


def write_decision(actor: Actor, document: Document) -> Decision:
    """Say whether an actor may write a draft: its author, for as long as they hold a role that writes."""
    decision = start_decision(actor)
    if not decision or actor.user is None:
        return decision
    return may_write_document(document.author_id, actor.user.pk, str(document.author))
