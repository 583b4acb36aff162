"""What the page of a component shows, gathered for its template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from django.db.models import F, Q
from django.db.models.expressions import OrderBy

from apps.accounts.models import User
from apps.calendar.models import Freeze
from apps.calendar.rules import Part
from apps.calendar.selectors import freezes_between, scope_of
from apps.cards.models import ModelCard
from apps.cards.selectors import cards_visible_to
from apps.catalog.enums import ComponentKind, DependencyKind
from apps.catalog.models import Component, ComponentVersion, Contract, Dependency
from apps.catalog.rules.impact import Graph
from apps.catalog.selectors import components_visible_to, ties_of
from apps.changes.enums import OPEN, OVER, ChangeState
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors import changes_visible_to
from apps.core import clock
from apps.web.pictures import Picture

MOST_CHANGES = 10
MOST_CARDS = 6
AHEAD = timedelta(days=90)
IT_DOES = {
    DependencyKind.READS: "It reads this",
    DependencyKind.WRITES: "It writes this",
    DependencyKind.CALLS: "It calls this",
    DependencyKind.EMBEDS: "It is made of this",
    DependencyKind.TRAINS_ON: "It trains on this",
}
DOES_IT = {
    DependencyKind.READS: "Reads it",
    DependencyKind.WRITES: "Writes it",
    DependencyKind.CALLS: "Calls it",
    DependencyKind.EMBEDS: "Is made of it",
    DependencyKind.TRAINS_ON: "Trains on it",
}


@dataclass(frozen=True)
class Neighbour:
    """A line of the table beside the graph: a component, how the two hang together, and by which contract."""

    component: Component
    how: str
    contract: Contract | None
    direct: bool
    relies: bool = False


def neighbours(user: User, component: Component, graph: Graph, picture: Picture) -> list[Neighbour]:
    """Return the components of the picture, nearest first, those tied directly with their contracts. Two queries."""
    direct: dict[int, list[Neighbour]] = {}
    for tie in ties_of(component):
        line = _neighbour(component, tie)
        direct.setdefault(line.component.pk, []).append(line)
    lines = [line for at in picture.shown for line in direct.pop(at, [])]
    lines += [line for rest in direct.values() for line in rest]
    near = {line.component.pk for line in lines}
    far = [at for at in picture.shown if at not in near]
    through = _through(graph, component.pk)
    held = (
        components_visible_to(user).filter(pk__in=far).select_related("owner_team", "owner_person").in_bulk()
    )
    lines += [Neighbour(held[at], through.get(at, "Further away"), None, False) for at in far if at in held]
    return lines


def _neighbour(component: Component, tie: Dependency) -> Neighbour:
    kind = DependencyKind(tie.kind)
    if tie.consumer_id == component.pk:
        return Neighbour(tie.provider, IT_DOES[kind], tie.contract, True, relies=True)
    return Neighbour(tie.consumer, DOES_IT[kind], tie.contract, True)


def _through(graph: Graph, component_id: int) -> dict[int, str]:
    """Return, for each component two or more steps away, the neighbour through which it hangs together with this."""
    found = {}
    for against in (True, False):
        for hit in graph.reach([component_id], depth=3, against=against):
            if hit.depth > 1:
                found[hit.component_id] = f"Through {graph.nodes[hit.path[1].component_id].label}"
    return found


@dataclass(frozen=True)
class Move:
    """A change that moves the component, and the item that says from where to where."""

    change: Change
    item: ChangeItem


def changes_coming(user: User, component: Component) -> list[Move]:
    """Return the open changes that move a component, soonest window first."""
    return _moves(user, component, Q(change__state__in=OPEN), F("change__planned_start").asc(nulls_last=True))


def changes_past(user: User, component: Component) -> list[Move]:
    """Return the changes that moved a component, or were to, newest first."""
    return _moves(user, component, Q(change__state__in=OVER), "-change__number")


def _moves(user: User, component: Component, which: Q, order: OrderBy | str) -> list[Move]:
    """Return at most ``MOST_CHANGES`` and one more, which says that there are more."""
    items = component.change_items.filter(which, change__in=changes_visible_to(user))
    rows = items.select_related("change__review", "from_version", "to_version").order_by(order)
    return [Move(item.change, item) for item in rows[: MOST_CHANGES + 1]]


def version_at_work(current: ComponentVersion | None, coming: Sequence[Move]) -> ComponentVersion | None:
    """Return the version that is at work: what the next submitted change moves away from, else the current one.

    A service's newest version may be recorded long before it goes live; whoever proposes to move it knows.
    """
    submitted = (move for move in coming if move.change.state != ChangeState.DRAFT)
    return next((move.item.from_version for move in submitted if move.item.from_version), current)


def freezes_over(user: User, component: Component) -> list[Freeze]:
    """Return the freezes of the next months that a component falls under, in order of time."""
    part = Part(component.pk, component.key, component.kind, component.tier, component.owner_team_id)
    now = clock.now()
    return [freeze for freeze in freezes_between(user, now, now + AHEAD) if scope_of(freeze).covers(part)]


def cards_behind(user: User, component: Component, lines: Sequence[Neighbour]) -> list[ModelCard]:
    """Return the cards of a model, or of the models that a component relies on; newest versions first."""
    models = [component] if component.kind == ComponentKind.MODEL else []
    models += [line.component for line in lines if line.relies and line.component.kind == ComponentKind.MODEL]
    cards = cards_visible_to(user).filter(version__component__in=[model.pk for model in models])
    return list(
        cards.filter(version__retired_at=None).order_by("-version__released_at", "-number")[:MOST_CARDS]
    )


def source_of(component: Component) -> str:
    """Return where a component is described, as a person would say it; the folder it was read from left out."""
    if component.source != "backstage":
        return component.source_root if component.source == "mlflow" else ""
    root, path = PurePath(component.source_root), PurePath(component.source_path)
    return str(path.relative_to(root)) if path.is_relative_to(root) and path != root else path.name
