"""Cards: started, and written in editions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.accounts.selectors import usernames_of
from apps.audit.services import record_event
from apps.cards.enums import CardState, Origin
from apps.cards.models import CardEdition, ModelCard
from apps.cards.rules import BY_NAME, check, sources_after
from apps.cards.selectors import content_of, document_of, due_days, start_decision
from apps.cards.services.holding import held_to_write
from apps.catalog.enums import ComponentKind
from apps.catalog.models import ComponentVersion
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Invalid, PolicyBlocked, Stale
from apps.lifecycle.services import advance

Change = tuple[Mapping[str, Any], dict[str, str]]
"""Values by field, and where they come from: {kind, ref}."""

NUMBERING = 0x43415244  # the lock under which cards get their numbers


@transaction.atomic
def draft_card(*, actor: Actor, version: ComponentVersion) -> ModelCard:
    """Start the card of a model version, or return the one that is there.

    Raises:
        Invalid: the version is not of a model.
        Forbidden: the actor may not write cards of this model.
    """
    if version.component.kind != ComponentKind.MODEL:
        raise Invalid({"version": ["Only versions of a model have a card."]})
    found = ModelCard.objects.filter(version=version).first()
    if found is not None:
        return found
    start_decision(actor, version).require()
    card = start_card(actor, version)
    keep_edition(actor, card)
    return card


@transaction.atomic
def write_edition(
    *,
    actor: Actor,
    card: ModelCard,
    fields: Mapping[str, Any],
    edition: int | None = None,
    file: str = "",
) -> ModelCard:
    """Write the next edition of a card; those before are kept. One that is out to be signed, or approved, is a draft
    again.

    Args:
        actor: who writes it.
        card: the card, as the actor read it.
        fields: the fields to change, by name, in the shapes of ``rules.fields``. What is not named stays.
        edition: the edition that the person read; the card's own when it is not given.
        file: the name of the file that the values come from, when a person brought them in one.

    Raises:
        Forbidden: the actor may not write this card.
        Stale: somebody wrote a newer edition in the meantime.
        PolicyBlocked: the card is archived.
        Invalid: a field is unknown or cannot be taken.
    """
    read = card.edition if edition is None else edition
    found = held_to_write(actor, card)
    if found.state == CardState.ARCHIVED:
        raise PolicyBlocked("This card is archived, so it stays as it is.")
    if found.edition != read:
        raise Stale(
            f"Somebody wrote edition {found.edition} while you were writing.",
            remedy="Reload the card and write your changes into it.",
        )
    values = check(fields).whole()
    if "owners" in values:
        values["owners"] = _people(values["owners"])
    before = content_of(found)
    changed = {name: value for name, value in values.items() if value != before.get(name)}
    if changed:
        origin = Origin.FILE if file else Origin.PERSON
        source = {"kind": origin.value, "ref": file or str(actor.user.pk if actor.user else "")}
        write_values(actor, found, [(changed, source)])
        data = _signature(found) | {"fields": sorted(changed)}
        record_event(event="card.edited", actor=actor, obj=found, data=data)
    return found


def write_values(actor: Actor, card: ModelCard, changes: Sequence[Change], *, first: bool = False) -> None:
    """Write values that were checked onto a card as its next edition, or its first, with where each comes from."""
    card.edition += 0 if first else 1
    for values, source in changes:
        _set(card, values, source | {"edition": str(card.edition)})
    card.validate_by, card.retrain_by = due_days(card)
    if card.state in (CardState.IN_REVIEW, CardState.APPROVED):
        advance(card, "reopen", actor=actor)
    card.save()
    keep_edition(actor, card)


def _set(card: ModelCard, values: Mapping[str, Any], source: dict[str, str]) -> None:
    card.content = card.content | dict(values)
    after = {
        name: sources_after(name, value, card.sources.get(name, []), source, card.given)
        for name, value in values.items()
        if name in BY_NAME
    }
    card.sources = card.sources | after


def start_card(actor: Actor, version: ComponentVersion) -> ModelCard:
    """Give a version an empty card with the next number, or return the card that somebody started meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
    last = ModelCard.objects.aggregate(last=Max("number"))["last"] or 0
    card, made = ModelCard.objects.get_or_create(version=version, defaults={"number": last + 1})
    if made:
        data = {"component": version.component.key, "version": version.version}
        record_event(event="card.drafted", actor=actor, obj=card, data=data)
    return card


def keep_edition(actor: Actor, card: ModelCard) -> None:
    """Keep the card as it is now, under the number of its edition."""
    document = document_of(card)
    CardEdition.objects.create(
        card=card,
        number=card.edition,
        content=document,
        digest=digest(document),
        written_by=actor.user if isinstance(actor.user, User) else None,
        written_at=clock.now(),
    )


def _signature(card: ModelCard) -> dict[str, Any]:
    return {"edition": card.edition, "digest": digest(document_of(card))}


def _people(numbers: list[int]) -> list[int]:
    """Return the numbers of people. Raises Invalid where one is nobody of the portal."""
    known = usernames_of(numbers)
    if missing := sorted(set(numbers) - set(known)):
        raise Invalid({"owners": [f"There is nobody with the number {missing[0]}."]})
    return sorted(known)
