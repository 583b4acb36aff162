"""Components as people see them. Whoever holds any role sees the whole catalog; others see nothing of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from django.db.models import Count, F, Func, Q, QuerySet
from django.db.models.functions import Lower

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import has_role, with_any_role
from apps.catalog.models import (
    Component,
    ComponentVersion,
    Contract,
    Definition,
    Dependency,
    ServiceObjective,
)
from apps.catalog.rules.access import Maker, may_add_version
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision


def components_visible_to(user: User) -> QuerySet[Component]:
    """Return the components that a person may see, retired ones among them."""
    return Component.objects.filter(with_any_role(user))


def component_for(user: User, key: str) -> Component | None:
    """Return a component by its key when the person may see it."""
    if "\x00" in key:  # PostgreSQL keeps no such text, and refuses to look for it
        return None
    owners = components_visible_to(user).select_related("owner_team__escalation_contact", "owner_person")
    return owners.filter(key=key.lower()).first()


def component_exists(key: str) -> bool:
    """Return whether the catalog holds this key, whoever asks; for telling a refusal from a mistake."""
    return "\x00" not in key and Component.objects.filter(key=key.lower()).exists()


def components_called(user: User, texts: Collection[str]) -> dict[str, list[str]]:
    """Return for each text the keys of the components that it may mean: the one with that key, else all so named.

    A name is the last part of a key, or the title, in upper or lower case. One query.
    """
    low = {text.lower() for text in texts}
    lowered = components_visible_to(user).alias(low_name=Lower("name"), low_title=Lower("title"))
    found = lowered.filter(Q(key__in=low) | Q(low_name__in=low) | Q(low_title__in=low)).order_by("key")
    called: dict[str, list[str]] = defaultdict(list)
    keys = set()
    for key, name, title in found.values_list("key", "name", "title"):
        keys.add(key)
        for each in {name.lower(), title.lower()}:
            called[each].append(key)
    return {text: [text.lower()] if text.lower() in keys else called[text.lower()] for text in texts}


def closest_component(user: User, text: str) -> str:
    """Return the key of the component in use whose name or key is most like a text, or nothing."""
    known: dict[str, str] = {}
    for key, name in components_visible_to(user).filter(retired_at=None).values_list("key", "name"):
        known |= {key: key, name.lower(): key}
    near = get_close_matches(text.lower(), known, n=1)
    return known[near[0]] if near else ""


def tags_in_use(user: User) -> set[str]:
    """Return every tag of the components in use. One query."""
    found = components_visible_to(user).filter(retired_at=None).order_by()
    return set(found.values_list(Func(F("tags"), function="unnest"), flat=True).distinct())


def stages_in_use(user: User) -> set[str]:
    """Return every stage of the components in use, such as production. One query."""
    found = components_visible_to(user).filter(retired_at=None).exclude(stage="").order_by()
    return set(found.values_list("stage", flat=True).distinct())


def search_components(user: User, text: str) -> QuerySet[Component]:
    """Return the components in use whose key, title or description holds the text; all of them for no text."""
    found = components_visible_to(user).filter(retired_at=None)
    for word in text.split()[:8]:
        found = found.filter(
            Q(key__icontains=word) | Q(title__icontains=word) | Q(description__icontains=word)
        )
    return found


def list_components(
    user: User,
    *,
    text: str = "",
    kind: str = "",
    team: str = "",
    tier: int | None = None,
    retired: bool = False,
) -> QuerySet[Component]:
    """Return the catalog's list, narrowed by what is given, with owners; retired ones only when asked for."""
    found = (
        components_visible_to(user).filter(retired_at__isnull=False)
        if retired
        else search_components(user, text)
    )
    chosen = {"kind": kind, "owner_team__slug": team, "tier": tier}
    found = found.filter(**{name: value for name, value in chosen.items() if value})
    return found.select_related("owner_team", "owner_person")


def versions_of(component: Component) -> QuerySet[ComponentVersion]:
    """Return a component's versions with their authors, newest first, retired ones among them."""
    return component.versions.select_related("author")


def contracts_of(component: Component) -> QuerySet[Contract]:
    """Return the contracts in use that a component offers, each with how many rely on it."""
    users = Count("dependencies", filter=Q(dependencies__retired_at=None))
    return component.contracts.filter(retired_at=None).annotate(users=users)


def definition_of(digest: str) -> bytes | None:
    """Return the text of a definition by its digest; None when it stands elsewhere or is too long to keep."""
    held = Definition.objects.filter(digest=digest).first()
    return bytes(held.content) if held else None


def consumers_of(contract_ids: Iterable[int]) -> dict[int, list[Component]]:
    """Return the components in use that rely on each of these contracts, by key; one query."""
    rows = Dependency.objects.filter(
        contract__in=list(contract_ids), retired_at=None, consumer__retired_at=None
    )
    found: dict[int, dict[int, Component]] = defaultdict(dict)
    for row in rows.select_related("consumer__owner_team").order_by("consumer__key"):
        if row.contract_id is not None:
            found[row.contract_id][row.consumer_id] = row.consumer
    return {contract_id: list(consumers.values()) for contract_id, consumers in found.items()}


def objectives_of(component: Component) -> QuerySet[ServiceObjective]:
    """Return what a component promises now."""
    return component.objectives.filter(retired_at=None)


def ties_of(component: Component) -> QuerySet[Dependency]:
    """Return the dependencies in use at either end of a component, with both ends, owners and contracts."""
    rows = Dependency.objects.filter(Q(consumer=component) | Q(provider=component), retired_at=None)
    rows = rows.filter(consumer__retired_at=None, provider__retired_at=None).order_by("pk")
    return rows.select_related(
        "contract",
        "consumer__owner_team",
        "consumer__owner_person",
        "provider__owner_team",
        "provider__owner_person",
    )


def version_decision(actor: Actor, component: Component) -> Decision:
    """Return whether the actor may register a version of a component, with the reason when not. A job may."""
    if actor.kind == "system":
        return ALLOWED
    team = component.owner_team
    maker = _maker_of(actor.user, component) if isinstance(actor.user, User) else Maker()
    return may_add_version(maker, team.name if team else "")


def _maker_of(user: User, component: Component) -> Maker:
    return Maker(
        proposes=has_role(user, Role.REQUESTER) or has_role(user, Role.CHANGE_MANAGER),
        owns=component.owner_person_id == user.pk or has_role(user, Role.OWNER, component),
        in_team=user.teams.filter(pk__in=[component.owner_team_id]).exists(),
    )
