"""Portfolios: what a team owns, and a product with what it rests on."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from apps.accounts.models import Team, User
from apps.accounts.selectors import holds_any_role
from apps.catalog.enums import ComponentKind, DependencyKind
from apps.catalog.models import Component, Dependency
from apps.insights.rules.covering import Portfolio

TEAM, PRODUCT = "team", "product"
STEPS = 3
"""How far a product is followed to what it rests on, as far as a blast radius is."""


def portfolio_for(user: User, kind: str, ref: str) -> Portfolio | None:
    """Return a portfolio that a person may read, or None: whoever holds any role reads the catalog."""
    if "\x00" in ref or not holds_any_role(user):
        return None
    if kind == TEAM:
        team = Team.objects.filter(slug=ref).first()
        return Portfolio(TEAM, team.slug, team.name) if team else None
    if kind == PRODUCT:
        product = Component.objects.filter(key=ref, kind=ComponentKind.PRODUCT, retired_at=None).first()
        return Portfolio(PRODUCT, product.key, str(product)) if product else None
    return None


def portfolios_for(user: User) -> Sequence[Portfolio]:
    """Return the portfolios that there are: teams that own something, then products; two queries."""
    if not holds_any_role(user):
        return []
    owning = Component.objects.filter(retired_at=None, owner_team__isnull=False).values("owner_team")
    teams = Team.objects.filter(pk__in=owning).order_by("name")
    products = Component.objects.filter(kind=ComponentKind.PRODUCT, retired_at=None).order_by("title", "name")
    return [
        *(Portfolio(TEAM, team.slug, team.name) for team in teams),
        *(Portfolio(PRODUCT, product.key, str(product)) for product in products),
    ]


def components_of(portfolio: Portfolio) -> QuerySet[Component]:
    """Return the components of a portfolio; ``STEPS`` queries more for a product."""
    if portfolio.kind == TEAM:
        return Component.objects.filter(owner_team__slug=portfolio.ref)
    return Component.objects.filter(pk__in=_beneath(portfolio.ref))


def _beneath(key: str) -> set[int]:
    """Return the ids of a product and of what it rests on: what it uses, and what is written for it."""
    found = set(Component.objects.filter(key=key).values_list("pk", flat=True))
    edge = found
    for _ in range(STEPS):
        reads = Q(consumer__in=edge) & ~Q(kind=DependencyKind.WRITES)
        written = Q(provider__in=edge, kind=DependencyKind.WRITES)
        ties = Dependency.objects.filter(reads | written, retired_at=None)
        pairs = ties.values_list("kind", "consumer", "provider")
        edge = {
            consumer if kind == DependencyKind.WRITES else provider for kind, consumer, provider in pairs
        } - found
        found |= edge
    return found
