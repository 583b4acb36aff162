"""Cards, for whoever holds any role."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.rules import reaches
from apps.accounts.selectors import grants_of, people_with_role, with_any_role
from apps.cards.models import CardEdition, ModelCard
from apps.cards.rules import (
    TEXT_FIELDS,
    Completeness,
    Difference,
    Writer,
    completeness,
    differences,
    may_write,
)
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.rules.in_use import in_use_among
from apps.catalog.selectors import components_visible_to, newest_first
from apps.core.actors import Actor
from apps.core.decisions import Decision, denied


def cards_visible_to(user: User) -> QuerySet[ModelCard]:
    """Return all cards to anyone who holds a role, and none to others."""
    cards = ModelCard.objects.select_related("version__component__owner_team", "version__author")
    return cards.filter(with_any_role(user)).prefetch_related("owners")


def card_for(user: User, ref: str) -> ModelCard | None:
    """Return a card by its reference (CARD-88) when the person may see it."""
    return cards_visible_to(user).filter(number__in=_numbers_in(ref)).first()


def card_exists(ref: str) -> bool:
    """Return whether there is a card of this reference, whoever may see it."""
    return ModelCard.objects.filter(number__in=_numbers_in(ref)).exists()


def _numbers_in(ref: str) -> list[int]:
    prefix, _, number = ref.partition("-")
    known = prefix == "CARD" and number.isascii() and number.isdecimal() and len(number) < 10
    return [int(number)] if known else []


def cards_of_models(user: User, model_ids: Iterable[int]) -> QuerySet[ModelCard]:
    """Return the cards of the versions of these models that are not retired, newest version first."""
    cards = cards_visible_to(user).filter(version__component__in=list(model_ids), version__retired_at=None)
    return cards.order_by("-version__released_at", "-number")


def siblings_of(card: ModelCard) -> list[ModelCard]:
    """Return the cards of all versions of the same model, newest version first."""
    cards = ModelCard.objects.filter(version__component_id=card.version.component_id)
    return sorted(cards.select_related("version"), key=lambda each: _age(each.version), reverse=True)


def compare(card: ModelCard, other: ModelCard | None) -> list[Difference]:
    """Return what moved from ``other`` to ``card``, metric by metric; all of them when there is no other."""
    return differences(other.metrics if other else [], card.metrics)


def editions_of(card: ModelCard) -> QuerySet[CardEdition]:
    """Return the editions that were kept, newest first, with who wrote them."""
    return card.editions.select_related("written_by")


def content_of(card: ModelCard) -> dict[str, Any]:
    """Return all that people write on a card, as an edition keeps it. Owners are named by number alone."""
    texts: dict[str, Any] = {name: getattr(card, name) for name in TEXT_FIELDS}
    return texts | {
        "retraining_triggers": list(card.retraining_triggers),
        "metrics": card.metrics,
        "owners": sorted(owner.pk for owner in card.owners.all()),
    }


def completeness_of(card: ModelCard) -> Completeness:
    """Return what the card holds and what it lacks."""
    return completeness(content_of(card))


def write_decision(actor: Actor, card: ModelCard) -> Decision:
    """Return whether the actor may write this card, with the reason when not. A system job may."""
    if actor.kind == "system":
        return may_write(Writer(owns_card=True), "")
    if not isinstance(actor.user, User):
        return denied("Only a person may write a card.")
    component = card.version.component
    team = component.owner_team
    return may_write(writer_of(actor.user, card.version, card), team.name if team else "")


def writer_of(user: User, version: ComponentVersion, card: ModelCard | None = None) -> Writer:
    """Return what someone is to a version's card: from their grants and teams, in two or three queries."""
    component = version.component
    held = {grant.role for grant in grants_of(user) if reaches(grant, component.key, component.owner_team_id)}
    return Writer(
        owns_card=card is not None and user in card.owners.all(),
        owns_component=component.owner_person_id == user.pk or Role.OWNER in held,
        in_team=user.teams.filter(pk__in=[component.owner_team_id]).exists(),
        validates=Role.VALIDATOR in held,
        is_author=version.author_id == user.pk,
    )


def people_for(card: ModelCard) -> QuerySet[User]:
    """Return who can be named as an owner of a card: its owners, the team, the author, and the model's owners."""
    component = card.version.component
    holders = people_with_role(Role.OWNER, component.key, component.owner_team_id)
    chosen = (
        Q(model_cards=card)
        | Q(teams__in=[component.owner_team_id])
        | Q(pk__in=[card.version.author_id, component.owner_person_id])
        | Q(pk__in=holders.values("pk"))
    )
    return User.objects.filter(chosen, is_active=True).distinct()


@dataclass(frozen=True)
class ModelRow:
    """A model with its version in use, that version's card, and the card of the newest version that has one.

    ``uncarded`` is the model's newest version when that has no card yet.
    """

    component: Component
    in_use: ComponentVersion | None
    in_use_card: ModelCard | None
    newest: ModelCard | None
    count: int
    uncarded: ComponentVersion | None

    @property
    def card(self) -> ModelCard | None:
        """Return the card to read first: the newest version's."""
        return self.newest or self.in_use_card

    @property
    def completeness(self) -> Completeness | None:
        """Return the completeness of that card."""
        return completeness_of(self.card) if self.card else None


def list_models(user: User, *, text: str = "", team: str = "") -> list[ModelRow]:
    """Return the models in use with their cards, by name. The number of queries does not grow."""
    models = components_visible_to(user).filter(kind=ComponentKind.MODEL, retired_at=None)
    if text:
        models = models.filter(key__icontains=text) | models.filter(title__icontains=text)
    if team:
        models = models.filter(owner_team__slug=team)
    found = list(models.select_related("owner_team").order_by("name", "key"))
    cards = ModelCard.objects.filter(version__component__in=[model.pk for model in found])
    by_model: dict[int, list[ModelCard]] = {}
    for card in cards.select_related("version").prefetch_related("owners"):
        by_model.setdefault(card.version.component_id, []).append(card)
    versions = newest_first(model.pk for model in found)
    return [_row(model, by_model.get(model.pk, []), versions.get(model.pk, [])) for model in found]


def _row(model: Component, cards: list[ModelCard], versions: list[ComponentVersion]) -> ModelRow:
    cards.sort(key=lambda card: _age(card.version), reverse=True)
    latest, in_use = next(iter(versions), None), in_use_among(versions)
    current = [card for card in cards if card.version.retired_at is None] or cards
    uncarded = None if any(card.version == latest for card in cards) else latest
    in_use_card = next((card for card in cards if card.version == in_use), None)
    return ModelRow(model, in_use, in_use_card, current[0] if current else None, len(cards), uncarded)


def _age(version: ComponentVersion) -> tuple[float, int]:
    """Return what orders versions: when each was released, and which was recorded first."""
    return version.released_at.timestamp() if version.released_at else 0.0, version.pk
