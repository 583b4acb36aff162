"""What was measured of what a change moves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, prefetch_related_objects

from apps.accounts.models import User
from apps.catalog.models import ComponentVersion
from apps.catalog.rules.in_use import in_use_among, named_in_use_among
from apps.catalog.selectors import newest_first
from apps.changes.enums import OPEN, ChangeState
from apps.changes.models import Change, ChangeItem
from apps.changes.rules.people import actor_is_requester
from apps.changes.selectors.items import items_of
from apps.changes.selectors.standing import leads
from apps.changes.selectors.visible import changes_to_read
from apps.core.actors import Actor
from apps.core.decisions import Decision
from apps.core.errors import Invalid
from apps.evidence.models import Report
from apps.evidence.rules.checks import Piece
from apps.evidence.selectors import pieces_of, report_for, reports_of, sender_decision


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
    return reports_of(user, [item.to_version_id for item in items_of(change)])


def report_seen(user: User, ref: str) -> Report | None:
    """Return the report with this reference ("EV-12"), or None when there is none that the person may see.

    What was measured for a draft alone is seen by whoever sees the draft.
    """
    report = report_for(user, ref)
    return report if report is not None and not _is_of_a_draft(user, report) else None


def _is_of_a_draft(user: User, report: Report) -> bool:
    """Return whether a version is moved to by changes that a person may not see, and by no other; one query."""
    item = {"component": report.component.key, "to": {"version": report.version.version}}
    seen = Q(change__in=changes_to_read(user)) | Q(change__revision__content__items__contains=[item])
    moves = ChangeItem.objects.filter(to_version=report.version_id)
    counts = moves.aggregate(every=Count("pk"), seen=Count("pk", filter=seen))
    return bool(counts["every"]) and not counts["seen"]


def measured_version(change: Change, component_key: str) -> ComponentVersion:
    """Return the version that a change moves a component to; without a key, of the only one it moves.

    Raises:
        Invalid: ``component`` is not moved by the change, or is not named where it moves several, or none.
    """
    items = items_of(change)
    if component_key:
        items = [item for item in items if item.component.key == component_key]
        if not items:
            raise Invalid({"component": [f"{change.ref} does not move {component_key}."]})
    if len(items) != 1:
        several = f"{change.ref} moves {len(items)} components. Say which of them was measured."
        raise Invalid({"component": [several if items else f"{change.ref} moves nothing yet."]})
    # Its team came with the component of the item.
    items[0].to_version.component = items[0].component
    return items[0].to_version


def evidence_decision(change: Change, actor: Actor) -> Decision:
    """Return whether an actor may send evidence about anything that a change moves; four queries at most."""
    components = [item.component for item in items_of(change)]
    prefetch_related_objects(components, "owner_team")
    return sender_decision(actor, components, carries=carries_out(change, actor))


def carries_out(change: Change, actor: Actor) -> bool:
    """Return whether an actor asked for a change, or leads a step of its plan, that is submitted and not over.

    A draft gives no right to speak: anyone who may propose could start one over anything. Nor does a rehearsal, which
    carries out nothing.
    """
    if (
        change.drill_id
        or change.state not in OPEN
        or change.state == ChangeState.DRAFT
        or not isinstance(actor.user, User)
    ):
        return False
    return actor_is_requester(change, actor) or leads(change, actor.user)


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
            champion_of(item, versions[item.component_id]),
            tuple(pieces.get(item.to_version_id, ())),
            named_in_use_among(versions[item.component_id]),
        )
        for item in items
    ]


def champion_of(item: ChangeItem, versions: Sequence[ComponentVersion]) -> str:
    """Return the version that a new one has to match: what it replaces, also once an alias stands on the new one."""
    in_use = in_use_among(versions, other_than=item.to_version.version)
    if in_use is None or in_use.pk == item.to_version_id:
        in_use = item.from_version
    return in_use.version if in_use is not None else ""
