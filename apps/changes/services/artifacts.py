"""Documents that belong to a change."""

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.changes.models import Artifact, Change
from apps.changes.selectors.artifacts import attach_decision
from apps.changes.services.access import locked
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden
from apps.playbooks.enums import DocumentState
from apps.playbooks.models import Document, Template
from apps.playbooks.services import start_document


@transaction.atomic
def attach_document(*, actor: Actor, change: Change, document: Document) -> Artifact:
    """Give a document to a change; once is enough. A revision names it by its digest when it was finished by then.

    Raises:
        Forbidden: the actor does not run the change, or the document is another's draft.
    """
    held = _permitted(actor, change)
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can add a document to a change.")
    if document.state != DocumentState.FINISHED and document.author_id != actor.user.pk:
        raise Forbidden("This document is not finished, so only its author can add it.")
    given = {"attached_by": actor.user, "attached_at": clock.now()}
    artifact, made = Artifact.objects.get_or_create(change=held, document=document, defaults=given)
    if made:
        facts = {"document": document.ref, "digest": document.digest}
        record_event(event="change.document_added", actor=actor, obj=held, data=facts)
    return artifact


@transaction.atomic
def begin_document(*, actor: Actor, change: Change, template: Template) -> Document:
    """Begin a document for a change. Raises as ``attach_document`` and ``playbooks.start_document``."""
    held = _permitted(actor, change)
    document = start_document(actor=actor, template=template)
    attach_document(actor=actor, change=held, document=document)
    return document


def _permitted(actor: Actor, change: Change) -> Change:
    held = locked(change)
    attach_decision(held, actor).require()
    return held
