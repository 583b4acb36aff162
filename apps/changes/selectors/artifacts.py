"""The documents that belong to a change."""

from dataclasses import dataclass
from typing import Any

from apps.accounts.models import User
from apps.changes.models import Artifact, Change
from apps.changes.rules.people import may_attach
from apps.changes.selectors.standing import standing_of
from apps.core.actors import Actor
from apps.core.decisions import Decision
from apps.playbooks.enums import DocumentState
from apps.playbooks.models import Document
from apps.playbooks.selectors import documents_visible_to


@dataclass(frozen=True)
class Attached:
    """A document of a change. ``signed`` is whether the revision in force names it by its digest."""

    document: Document
    signed: bool


def attached_to(user: User, change: Change) -> list[Attached]:
    """Return the documents of a change that a person may read, oldest first; one query."""
    keys = Artifact.objects.filter(change=change).values("document")
    content: dict[str, Any] = change.revision.content if change.revision else {}
    named = {(row["ref"], row["digest"]) for row in content.get("documents", [])}
    found = documents_visible_to(user).filter(pk__in=keys).defer("content").order_by("number")
    return [Attached(one, (one.ref, one.digest) in named) for one in found]


def attachable_to(user: User, change: Change) -> list[Document]:
    """Return a person's own finished documents that the change does not hold yet, newest first, 50 at most."""
    own = documents_visible_to(user).filter(author=user, state=DocumentState.FINISHED)
    held = Artifact.objects.filter(change=change).values("document")
    return list(own.exclude(pk__in=held).defer("content")[:50])


def attach_decision(change: Change, actor: Actor) -> Decision:
    """Say whether an actor may give documents to a change now."""
    return may_attach(change, standing_of(actor, change))


def documents_content(change: Change) -> list[dict[str, Any]]:
    """Return the finished documents of a change as a signature signs them: each by its digest."""
    held = Artifact.objects.filter(change=change, document__state=DocumentState.FINISHED)
    found = held.select_related("document__version__template").defer("document__content")
    return [_content(one.document) for one in found.order_by("document__number")]


def _content(document: Document) -> dict[str, Any]:
    template = document.version.template
    return {
        "ref": document.ref,
        "kind": template.kind,
        "title": document.title,
        "template": template.ref,
        "version": document.version.number,
        "digest": document.digest,
    }
