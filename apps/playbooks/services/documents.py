"""Documents: begun, saved, moved to a newer version of their template, finished."""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Forbidden, IllegalTransition, PolicyBlocked, Stale
from apps.lifecycle.services import advance
from apps.playbooks.enums import DocumentState, UseState
from apps.playbooks.models import Document, Template
from apps.playbooks.rules import Content, Unfit, cleaned, problems_in, shape_of, without_blank_rows
from apps.playbooks.selectors import (
    current_version,
    is_behind,
    move_of,
    start_decision,
    statement_of,
    write_decision,
)
from apps.playbooks.services.numbers import next_number

LONGEST_TITLE = 200


@transaction.atomic
def start_document(*, actor: Actor, template: Template) -> Document:
    """Begin a document with the version of a template that is in force.

    Raises:
        Forbidden: the actor writes no documents.
        PolicyBlocked: the template is retired; the remedy says why.
    """
    decision = start_decision(actor)
    if not decision or not isinstance(actor.user, User):
        raise Forbidden(decision.reason, remedy=decision.remedy)
    held = Template.objects.select_for_update().get(pk=template.pk)
    if held.state == UseState.RETIRED:
        raise PolicyBlocked("This template is retired.", remedy=held.retired_reason)
    version = current_version(held)
    document = Document(number=next_number(Document), version=version, author=actor.user, title=version.title)
    document.save(force_insert=True)
    facts = {"template": held.ref, "version": version.number}
    record_event(event="document.started", actor=actor, obj=document, data=facts)
    return document


@transaction.atomic
def save_document(
    *, actor: Actor, document: Document, title: str, content: Content, edition: int | None = None
) -> Document:
    """Keep what was typed, whether it is valid yet or not. Nothing is written when nothing is different.

    Args:
        edition: the save that the person's form was shown with; the newest when it is not given.

    Raises:
        Forbidden: the actor is not its author.
        IllegalTransition: it is finished.
        Stale: it was saved in the meantime, in another window.
    """
    held = _held(document, actor)
    if edition is not None and held.edition != edition:
        raise Stale(
            "You saved this document in another window while you were writing here.",
            remedy="Compare the two, then save once more.",
        )
    name = cleaned(title, lines=False)[:LONGEST_TITLE] or held.version.title
    if (held.title, held.content) != (name, content):
        held.title, held.content = name, content
        _kept(held, actor, "document.saved")
    return held


@transaction.atomic
def move_document(*, actor: Actor, document: Document) -> Document:
    """Move a draft to the version of its template that is in force. What finds no place there is listed on it.

    Raises:
        Forbidden: the actor is not its author.
        IllegalTransition: it is finished.
        PolicyBlocked: it stands in the newest version already.
    """
    held = _held(document, actor)
    if not is_behind(held):
        raise PolicyBlocked("This document stands in the newest version of its template already.")
    found = move_of(held)
    held.content, held.leftovers = found.content, [*held.leftovers, *found.leftovers]
    held.version = current_version(held.version.template)
    _kept(held, actor, "document.moved", left_over=len(found.leftovers))
    return held


@transaction.atomic
def finish_document(*, actor: Actor, document: Document) -> Document:
    """Finish a document. From then on it never changes, and its digest names it.

    Raises:
        Forbidden: the actor is not its author.
        IllegalTransition: it is finished already.
        Unfit: an answer is missing or cannot be taken; each problem stands at its question.
    """
    held = _held(document, actor)
    schema = held.version.schema
    held.content = without_blank_rows(shape_of(schema), held.content)
    problems = problems_in(schema, held.content)
    if problems:
        raise Unfit(problems)
    held.digest, held.finished_at = digest(statement_of(held)), clock.now()
    held.save()
    return advance(held, "finish", actor=actor, data=_facts(held) | {"digest": held.digest})


def _held(document: Document, actor: Actor) -> Document:
    found = Document.objects.select_for_update(of=("self",)).select_related("version__template", "author")
    held = found.get(pk=document.pk)
    write_decision(actor, held).require()
    if held.state != DocumentState.DRAFT:
        raise IllegalTransition(
            f"{held.ref} is finished, so nobody can change it.", remedy="Begin a new document instead."
        )
    return held


def _kept(document: Document, actor: Actor, event: str, **more: Any) -> None:
    document.edition += 1
    document.save()
    facts = _facts(document) | {"content": digest(document.content)} | more
    record_event(event=event, actor=actor, obj=document, data=facts)


def _facts(document: Document) -> dict[str, Any]:
    version = document.version
    return {"template": version.template.ref, "version": version.number, "edition": document.edition}
