"""When model versions are due: to be validated again, and to be trained again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat

from apps.accounts.models import User
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.rules import FIRST_NOTICE, LAST_NOTICE, Nearness, Trigger, retrain_by, triggers_of
from apps.cards.selectors.cards import cards_visible_to
from apps.catalog.models import ComponentVersion
from apps.catalog.selectors import versions_in_use

VALIDATE, RETRAIN = "validate", "retrain"


@dataclass(frozen=True)
class Due:
    """What a version in use is due for (``VALIDATE`` or ``RETRAIN``), and on which day."""

    card: ModelCard
    what: str
    day: date


def due_between(user: User, first: date, last: date) -> list[Due]:
    """Return what versions in use are due for from one day to another, both included, by day. Two queries.

    Versions that nobody uses any more, and cards that are archived, are due for nothing.
    """
    days = (first, last)
    found = cards_visible_to(user).filter(Q(validate_by__range=days) | Q(retrain_by__range=days))
    cards = found.exclude(state=CardState.ARCHIVED).defer("content", "sources", "given")
    due = [
        Due(card, what, day)
        for card in in_use_among_cards(cards)
        for what, day in ((VALIDATE, card.validate_by), (RETRAIN, card.retrain_by))
        if day is not None and first <= day <= last
    ]
    return sorted(due, key=lambda one: (one.day, one.card.number, one.what))


def cards_to_remind(today: date) -> QuerySet[ModelCard]:
    """Return the cards whose version is to be validated soon, or was not in time, and of which nobody was told yet."""
    day = Cast("validate_by", TextField())
    near = Case(
        When(validate_by__lt=today, then=Value(Nearness.OVERDUE.value)),
        When(validate_by__lte=today + LAST_NOTICE, then=Value(Nearness.LAST.value)),
        default=Value(Nearness.FIRST.value),
        output_field=TextField(),
    )
    soon = ModelCard.objects.filter(validate_by__lte=today + FIRST_NOTICE, version__retired_at=None)
    waiting = soon.exclude(state=CardState.ARCHIVED).alias(
        mark=Concat(day, Value(" "), near, output_field=TextField())
    )
    return waiting.exclude(reminded_of=F("mark")).select_related("version__component").order_by("pk")


def in_use_among_cards(cards: Iterable[ModelCard]) -> list[ModelCard]:
    """Return those of these cards whose version is in use. One query."""
    found = list(cards)
    in_use = versions_in_use({card.version.component_id for card in found}) if found else {}
    return [card for card in found if in_use.get(card.version.component_id) == card.version]


def due_days(card: ModelCard) -> tuple[date | None, date | None]:
    """Return by when a card says that its version is validated, and trained, again."""
    said = card.content.get("next_validation", "")
    triggers = card.content.get("retraining_triggers", [])
    return (date.fromisoformat(said) if said else None), retrain_by(triggers, made_on(card.version))


def triggers_on(card: ModelCard) -> list[Trigger]:
    """Return the triggers of a card with how each stands by what the card says was measured."""
    triggers, metrics = (card.content.get(name, []) for name in ("retraining_triggers", "metrics"))
    return triggers_of(triggers, made_on(card.version), metrics)


def made_on(version: ComponentVersion) -> date:
    """Return the day in UTC on which a version was made, else recorded here."""
    return (version.released_at or version.created_at).date()
