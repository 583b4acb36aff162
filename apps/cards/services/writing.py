"""Cards: started, written in editions, published and archived."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.cards.enums import CardState
from apps.cards.models import CardEdition, ModelCard
from apps.cards.rules import FIELDS, TEXT_FIELDS, checked_metrics, may_write
from apps.cards.selectors import completeness_of, content_of, write_decision
from apps.cards.selectors.cards import writer_of
from apps.catalog.enums import ComponentKind
from apps.catalog.models import ComponentVersion
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Forbidden, Invalid, PolicyBlocked, Stale
from apps.lifecycle.services import advance

NUMBERING = 0x43415244  # the lock under which cards get their numbers
LONGEST = 20_000


@transaction.atomic
def draft_card(*, actor: Actor, version: ComponentVersion) -> ModelCard:
    """Start the card of a model version, or return the one that is there.

    Raises:
        Invalid: the version is not of a model.
        Forbidden: the actor may not write cards of this model.
    """
    if version.component.kind != ComponentKind.MODEL:
        raise Invalid({"version": ["Only versions of a model have a card."]})
    held = ModelCard.objects.filter(version=version).first()
    if held is not None:
        return held
    if isinstance(actor.user, User):
        team = version.component.owner_team
        decision = may_write(writer_of(actor.user, version), team.name if team else "")
        if not decision:
            raise Forbidden(decision.reason, remedy=decision.remedy)
    card = start_card(actor, version)
    keep_edition(actor, card)
    return card


@transaction.atomic
def write_edition(
    *, actor: Actor, card: ModelCard, fields: Mapping[str, Any], edition: int | None = None
) -> ModelCard:
    """Write the next edition of a card; those before are kept. A published card is a draft again.

    Args:
        fields: the fields to change, by name; ``owners`` holds people. What is not named stays.
        edition: the edition that the person read; the card's own when it is not given.

    Raises:
        Forbidden: the actor may not write this card.
        Stale: somebody wrote a newer edition in the meantime.
        PolicyBlocked: the card is archived.
        Invalid: a field is unknown or cannot be taken.
    """
    read = card.edition if edition is None else edition
    card = _held(card)
    _permit(actor, card)
    if card.state == CardState.ARCHIVED:
        raise PolicyBlocked("This card is archived, so it stays as it is.")
    if card.edition != read:
        raise Stale(
            f"Somebody wrote edition {card.edition} while you were writing.",
            remedy="Reload the card and write your changes into it.",
        )
    changes = _checked(fields)
    before = content_of(card)
    owners = changes.pop("owners", None)
    for name, value in changes.items():
        setattr(card, name, value)
    names = sorted(name for name, value in changes.items() if before[name] != value)
    if owners is not None and sorted(owner.pk for owner in owners) != before["owners"]:
        names.append("owners")
    if names:
        next_edition(actor, card)
        if owners is not None:
            card.owners.set(owners)
        keep_edition(actor, card)
        record_event(event="card.edited", actor=actor, obj=card, data=_signature(card) | {"fields": names})
    return card


@transaction.atomic
def publish_card(*, actor: Actor, card: ModelCard) -> ModelCard:
    """Publish a card that holds all that it must.

    Raises:
        Forbidden: the actor may not write this card.
        PolicyBlocked: a required field is missing; the reason names it.
        IllegalTransition: it is not a draft.
    """
    card = _held(card)
    _permit(actor, card)
    lacks = completeness_of(card)
    if lacks.needed:
        raise PolicyBlocked(lacks.sentence, remedy="Complete the card, then publish it.")
    return advance(card, "publish", actor=actor, data=_signature(card))


@transaction.atomic
def archive_card(*, actor: Actor, card: ModelCard) -> ModelCard:
    """Archive a card: nobody writes it any more.

    Raises:
        Forbidden: the actor may not write this card.
        IllegalTransition: it is archived already.
    """
    card = _held(card)
    _permit(actor, card)
    return advance(card, "archive", actor=actor, data=_signature(card))


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


def next_edition(actor: Actor, card: ModelCard) -> None:
    """Save what was set on a card as its next edition, which is a draft."""
    card.edition += 1
    if card.state == CardState.PUBLISHED:
        advance(card, "reopen", actor=actor)
    card.save()


def keep_edition(actor: Actor, card: ModelCard) -> None:
    """Keep the card as it is now, under the number of its edition."""
    content = content_of(card)
    CardEdition.objects.create(
        card=card,
        number=card.edition,
        content=content,
        digest=digest(content),
        written_by=actor.user if isinstance(actor.user, User) else None,
        written_at=clock.now(),
    )


def _signature(card: ModelCard) -> dict[str, Any]:
    return {"edition": card.edition, "digest": digest(content_of(card))}


def _held(card: ModelCard) -> ModelCard:
    cards = ModelCard.objects.select_for_update(of=("self",)).select_related("version__component__owner_team")
    return cards.get(pk=card.pk)


def _permit(actor: Actor, card: ModelCard) -> None:
    decision = write_decision(actor, card)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(fields) - {field.name for field in FIELDS})
    if unknown:
        raise Invalid({unknown[0]: [f"A card has no field “{unknown[0]}”."]})
    checked: dict[str, Any] = {}
    for name, value in fields.items():
        if name in TEXT_FIELDS:
            checked[name] = _text(name, value)
        elif name == "metrics":
            checked[name] = checked_metrics(value)
        elif name == "retraining_triggers":
            checked[name] = _triggers(value)
        else:
            checked[name] = list(value)
    return checked


def _text(name: str, value: Any) -> str:
    text = str(value or "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise Invalid({name: [f"Keep it under {LONGEST:,} characters; this has {len(text):,}."]})
    return text


def _triggers(value: Any) -> list[str]:
    triggers = [str(each).strip() for each in value if str(each).strip()]
    if any(len(each) > 300 for each in triggers):
        raise Invalid({"retraining_triggers": ["Keep each trigger under 300 characters."]})
    return triggers
