"""Cards, for whoever holds any role."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.rules import reaches
from apps.accounts.selectors import grants_of, people_with_role, with_any_role
from apps.cards.models import CardEdition, ModelCard
from apps.cards.rules import (
    EXTRA,
    WRITTEN,
    Completeness,
    Difference,
    FieldDifference,
    Writer,
    completeness,
    differences,
    field_differences,
    from_first_shape,
    may_write,
)
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.rules.in_use import in_use_among
from apps.catalog.selectors import components_visible_to, newest_first
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied


def cards_visible_to(user: User) -> QuerySet[ModelCard]:
    """Return all cards to anyone who holds a role, and none to others."""
    cards = ModelCard.objects.select_related("version__component__owner_team", "version__author")
    return cards.filter(with_any_role(user))


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
    return family_of(card).cards


@dataclass(frozen=True)
class Family:
    """The cards of all versions of a model, newest version first, and the version of it that is in use."""

    cards: list[ModelCard]
    in_use: ComponentVersion | None


def family_of(card: ModelCard) -> Family:
    """Return the family of a card. One query."""
    versions = ComponentVersion.objects.filter(component=card.version.component_id)
    return _family(versions.select_related("card").defer("card__sources", "card__given"), card)


def card_with_family(user: User, ref: str) -> tuple[ModelCard, Family] | None:
    """Return a card by its reference, with its family, when the person may see it. One query."""
    numbers = _numbers_in(ref)
    versions = ComponentVersion.objects.filter(
        with_any_role(user), component__versions__card__number__in=numbers
    )
    every = list(versions.select_related("card", "author", "component__owner_team").defer("card__given"))
    cards = (one.card for one in every if hasattr(one, "card"))
    card = next((one for one in cards if one.number in numbers), None)
    return (card, _family(every, card)) if card else None


def _family(versions: Iterable[ComponentVersion], card: ModelCard) -> Family:
    found = sorted(versions, key=_age, reverse=True)
    cards = []
    for version in found:
        version.component = card.version.component
        if hasattr(version, "card"):
            cards.append(card if version.card == card else version.card)
    return Family(cards, in_use_among([one for one in found if one.retired_at is None]))


def compare(card: ModelCard, other: ModelCard | None) -> list[Difference]:
    """Return what moved from ``other`` to ``card``, metric by metric; all of them when there is no other."""
    return differences(other.content.get("metrics", []) if other else [], card.content.get("metrics", []))


def compare_fields(card: ModelCard, other: ModelCard) -> list[FieldDifference]:
    """Return the fields that the two cards do not say alike, from ``other`` to ``card``; metrics stand apart."""
    return field_differences(content_of(other), content_of(card))


def editions_of(card: ModelCard) -> QuerySet[CardEdition]:
    """Return the editions that were kept, newest first, with who wrote them."""
    return card.editions.select_related("written_by")


def latest_edition(card: ModelCard) -> CardEdition:
    """Return the edition that the card is at."""
    return card.editions.get(number=card.edition)


def fields_of(edition: CardEdition) -> dict[str, Any]:
    """Return what an edition says, by field, in the shapes of today."""
    kept: dict[str, Any] = edition.content
    return dict(kept["fields"]) if "fields" in kept else from_first_shape(kept)


def content_of(card: ModelCard) -> dict[str, Any]:
    """Return all that a card says, by field. Owners are named by number alone."""
    fields = {field.name: card.content.get(field.name, field.empty) for field in WRITTEN}
    return fields | ({EXTRA: card.content[EXTRA]} if EXTRA in card.content else {})


def document_of(card: ModelCard) -> dict[str, Any]:
    """Return what an edition of the card keeps and its digest covers, without the fields that are empty."""
    said = {name: value for name, value in content_of(card).items() if value not in ("", [], None)}
    return {
        "model": card.version.component.key,
        "version": card.version.version,
        "edition": card.edition,
        "fields": said,
        "sources": {name: card.sources[name] for name in sorted(card.sources) if name in said},
    }


def completeness_of(card: ModelCard) -> Completeness:
    """Return what the card holds and what it lacks, for a model of its tier."""
    return completeness(content_of(card), card.version.component.tier)


def write_decision(actor: Actor, card: ModelCard) -> Decision:
    """Return whether the actor may write this card, with the reason when not. A system job may."""
    return _decision(actor, card.version, card.content.get("owners", []))


def start_decision(actor: Actor, version: ComponentVersion) -> Decision:
    """Return whether the actor may start the card of a version, with the reason when not. A system job may."""
    return _decision(actor, version, [])


def _decision(actor: Actor, version: ComponentVersion, owners: Collection[int]) -> Decision:
    """Ask for the teams of those alone whom nothing else lets write."""
    if actor.kind == "system":
        return ALLOWED
    user = actor.user
    if not isinstance(user, User):
        return denied("Only a person may write a card.")
    component = version.component
    team = component.owner_team
    held = {grant.role for grant in grants_of(user) if reaches(grant, component.key, component.owner_team_id)}
    writer = Writer(
        owns_card=user.pk in owners,
        owns_component=component.owner_person_id == user.pk or Role.OWNER in held,
        validates=Role.VALIDATOR in held,
        is_author=version.author_id == user.pk,
    )
    name = team.name if team else ""
    return may_write(writer, name) or may_write(replace(writer, in_team=_in_team(user, component)), name)


def _in_team(user: User, component: Component) -> bool:
    return user.teams.filter(pk__in=[component.owner_team_id]).exists()


def people_for(card: ModelCard) -> QuerySet[User]:
    """Return who can be named as an owner of a card: its owners, the team, the author, and the model's owners."""
    component = card.version.component
    holders = people_with_role(Role.OWNER, component.key, component.owner_team_id)
    chosen = (
        Q(pk__in=card.content.get("owners", []))
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
    for card in cards.select_related("version__component"):
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
