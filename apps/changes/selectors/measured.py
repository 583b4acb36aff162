"""What was measured of what a change moves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.catalog.models import ComponentVersion
from apps.catalog.rules.in_use import in_use_among, named_in_use_among
from apps.catalog.selectors import newest_first
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors.items import items_of
from apps.core.actors import Actor
from apps.core.decisions import Decision
from apps.core.errors import Invalid
from apps.evidence.models import Report
from apps.evidence.rules.checks import Piece
from apps.evidence.selectors import pieces_of, reports_of, sender_decision


@dataclass(frozen=True)
class Measured:
    """One item of a change with its evidence. ``champion`` names the version in use now; empty: there is none.

    ``named`` is the version that an alias says is in use.
    """

    item: ChangeItem
    champion: str
    pieces: tuple[Piece, ...]
    named: ComponentVersion | None


def evidence_of(user: User, change: Change) -> QuerySet[Report]:
    """Return the evidence about the versions that a change moves to, the newest first, as a person may see it."""
    return reports_of(user, change.items.values_list("to_version", flat=True))


def measured_version(change: Change, component_key: str) -> ComponentVersion:
    """Return the version that a change moves a component to; without a key, of the only one it moves.

    Raises:
        Invalid: ``component`` is not moved by the change, or is not named where it moves several, or none.
    """
    items = list(change.items.select_related("to_version__component__owner_team"))
    if component_key:
        items = [item for item in items if item.to_version.component.key == component_key]
        if not items:
            raise Invalid({"component": [f"{change.ref} does not move {component_key}."]})
    if len(items) != 1:
        several = f"{change.ref} moves {len(items)} components. Say which of them was measured."
        raise Invalid({"component": [several if items else f"{change.ref} moves nothing yet."]})
    return items[0].to_version


def evidence_decision(change: Change, actor: Actor) -> Decision:
    """Return whether an actor may send evidence about anything that a change moves; three queries."""
    items = change.items.select_related("component__owner_team").order_by("pk")
    return sender_decision(actor, [item.component for item in items])


def measured_of(change: Change, metrics: Collection[str] = ()) -> list[Measured]:
    """Return each item of a change with its evidence, for the portal's own judgement; four queries at any size.

    ``metrics`` are those that somebody judges by their numbers (``pieces_of``).
    """
    items = items_of(change)
    pieces = pieces_of([item.to_version_id for item in items], metrics)
    versions = newest_first(item.component_id for item in items)
    return [
        Measured(
            item,
            _champion(item, versions[item.component_id]),
            tuple(pieces.get(item.to_version_id, ())),
            named_in_use_among(versions[item.component_id]),
        )
        for item in items
    ]


def _champion(item: ChangeItem, versions: Sequence[ComponentVersion]) -> str:
    """Return the version that a new one has to match: what it replaces, also once an alias stands on the new one."""
    in_use = in_use_among(versions, other_than=item.to_version.version)
    if in_use is None or in_use.pk == item.to_version_id:
        in_use = item.from_version
    return in_use.version if in_use is not None else ""
