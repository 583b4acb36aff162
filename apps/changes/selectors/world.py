"""The world around a submitted change: whether what was signed is still how things are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Max, prefetch_related_objects

from apps.approvals.models import PolicyVersion
from apps.approvals.rules import Need
from apps.approvals.selectors import policy_in_force, policy_numbered
from apps.audit.models import AuditEvent
from apps.calendar.selectors import Caught
from apps.catalog.models import ComponentVersion, Contract
from apps.catalog.selectors import graph, versions_named_in_use
from apps.changes.enums import ChangeClass, ChangeState
from apps.changes.models import Change
from apps.changes.rules.contracts import Proposed
from apps.changes.rules.difference import Difference
from apps.changes.rules.impact import ImpactRow
from apps.changes.rules.materiality import Judge, differences_for
from apps.changes.selectors.content import (
    caught_by,
    contracts_content,
    freezes_content,
    moving_content,
)
from apps.changes.selectors.contracts import contracts_of, proposed_in
from apps.changes.selectors.covered import class_within, cover_of, standard_content
from apps.changes.selectors.impact import found_impacts
from apps.changes.selectors.items import items_of, read_items
from apps.changes.selectors.needs import needs_for, risk_for
from apps.core import clock
from apps.core.canonical import digest

_FOLLOWS = ("Risk", "Why this risk")
# What the ledger calls that which can move around a change.
MOVES = ("component", "contract", "freeze", "policy")
WATCHED = (ChangeState.IN_REVIEW, ChangeState.APPROVED)


@dataclass(frozen=True)
class World:
    """A submitted change as the world has it now. ``moved`` says what somebody asked must judge anew."""

    content: dict[str, Any]
    impact: list[ImpactRow]
    needs: list[Need]
    policy: PolicyVersion
    moved: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Surroundings:
    """What stands around some submitted changes, read at once, by change.

    ``freezes`` are by change and by the class by which it can go.
    """

    policy: PolicyVersion
    earlier: dict[int, PolicyVersion | None]
    impact: dict[int, list[ImpactRow]]
    named: Mapping[int, ComponentVersion]
    contracts: list[Contract]
    proposed: dict[int, list[Proposed]]
    freezes: dict[tuple[int, str], list[Caught]]


def surroundings_of(
    changes: Sequence[Change], *, named: Mapping[int, ComponentVersion] | None = None
) -> Surroundings:
    """Return what stands around changes. The number of queries grows with none of them.

    ``named``, the versions that aliases say are in use, save a caller that has them from asking again.
    """
    policy = policy_in_force()
    under = {one.round.policy_version: one.round.policy_digest for one in changes if one.round is not None}
    read_items(changes)
    moved = {item.component_id for change in changes for item in items_of(change)}
    prefetch_related_objects(changes, "round__requirements")
    return Surroundings(
        policy=policy,
        earlier={
            number: policy_numbered(number)
            for number, digest_then in under.items()
            if number is not None and digest_then != policy.digest
        },
        impact=found_impacts(changes),
        named=versions_named_in_use(moved) if named is None else named,
        contracts=contracts_of(moved),
        proposed=proposed_in(changes),
        freezes=caught_by(changes),
    )


def world_of(change: Change, *, named: Mapping[int, ComponentVersion] | None = None) -> World:
    """Return a submitted change with what moves, what it reaches, and what stands over it as they are now.

    What the requester wrote is taken from its revision. The number of queries does not grow with the change. ``named``
    is as with ``surroundings_of``.
    """
    return world_in(surroundings_of([change], named=named), change)


def world_in(around: Surroundings, change: Change) -> World:
    """Return a submitted change as it is in surroundings that were read for it.

    It asks the database nothing more, but whether a standard change is still within its template.
    """
    assert change.revision is not None
    impact = around.impact[change.pk]
    risk = risk_for(change, impact)
    content = {**change.revision.content, **_standard_now(change, risk.level)}
    content |= {
        "risk": risk.level,
        "risk_reason": risk.sentence,
        "items": moving_content(change, around.named),
        "impact": [row.as_content() for row in impact],
        "contracts": contracts_content(change, around.contracts, around.proposed[change.pk]),
        "freezes": freezes_content(_in_view(around.freezes[change.pk, content["class"]], change)),
    }
    needs = _needs(around, change, around.policy, content["class"])
    otherwise = _asked_otherwise(around, change, needs, content["class"])
    moved = [*_moved(around, change, needs, content), *otherwise]
    return World(content, impact, needs, around.policy, moved)


def _in_view(freezes: Iterable[Caught], change: Change) -> list[Caught]:
    """Return the freezes that were there when it was submitted: those who signed judged them.

    What becomes of it in one that came later is that freeze's outcome. It asks nobody anew: what moves is judged when
    it is moved, an exception is signed by itself, and whoever declared the freeze answers for who is exempt.
    """
    assert change.revision is not None
    seen = {row["ref"] for row in change.revision.content.get("freezes", [])}
    return [one for one in freezes if one.period.ref in seen]


def _standard_now(change: Change, risk: int) -> dict[str, Any]:
    """Return whether a standard change is still within its template, and so the class by which it goes.

    Once it goes as a normal one, nothing makes it standard again but its requester.
    """
    if change.change_class != ChangeClass.STANDARD:
        return {}
    cover = cover_of(change, risk)
    return {**standard_content(cover), "class": class_within(change, cover)}


def _needs(around: Surroundings, change: Change, policy: PolicyVersion, goes_as: str) -> list[Need]:
    return needs_for(
        change,
        around.impact[change.pk],
        now=clock.now(),
        policy=policy,
        change_class=goes_as,
        contracts=around.contracts,
        proposed=around.proposed[change.pk],
    )


def _asked_otherwise(around: Surroundings, change: Change, needs: list[Need], goes_as: str) -> list[str]:
    """Return what the policy in force asks otherwise than the one that was in force at the last submission did.

    A role that it asks no more is no reason to ask anyone: what was asked under the old one stands.
    """
    round_, policy = change.round, around.policy
    if round_ is None or round_.policy_version is None or round_.policy_digest == policy.digest:
        return []
    old = around.earlier[round_.policy_version]
    before = _needs(around, change, old, goes_as) if old else []
    asked = {(need.role, need.component_key): _terms(need) for need in before}
    return [
        f"{need.label} is asked otherwise by version {policy.number} of the approval policy"
        for need in needs
        if asked.get((need.role, need.component_key), _terms(need)) != _terms(need)
    ]


def _terms(need: Need) -> tuple[object, ...]:
    return need.quorum, need.share, need.named, need.stage


def _moved(around: Surroundings, change: Change, needs: list[Need], now: dict[str, Any]) -> list[str]:
    """Return what moved, each thing once: fields that somebody asked judges, and who is asked now or no more."""
    assert change.revision is not None
    rows = change.round.requirements.all() if change.round is not None else ()
    asked = [(one.role, one.component_key) for one in rows]
    after = {(need.role, need.component_key): need.label for need in needs}
    new = [f"{label} is asked too" for at, label in after.items() if at not in asked]
    if digest(now) == change.revision.digest:
        return new
    roles = frozenset(role for role, _ in after)
    found: dict[Difference, None] = {}
    for role, key in dict.fromkeys([*asked, *after]):
        found |= dict.fromkeys(differences_for(Judge(role, key, roles), change.revision.content, now))
    # What follows from the rest is said last.
    return [one.line for one in sorted(found, key=lambda one: one.field in _FOLLOWS)] + new


def world_mark() -> tuple[int, int]:
    """Return the stamp of the graph and the number of the ledger's last entry; two queries."""
    return graph().stamp, AuditEvent.objects.aggregate(Max("pk"))["pk__max"] or 0


def moved_after(mark: tuple[int, int]) -> bool:
    """Return whether the catalog or a freeze has moved since a mark: each such move is in the ledger; two queries.

    A move that commits after a later entry may go unseen, so ``services.refreshing`` looks at everything now and
    then whatever this says.
    """
    stamp, number = mark
    after = AuditEvent.objects.filter(pk__gt=number, object_type__in=MOVES)
    return graph().stamp != stamp or after.exists()


def watched_changes() -> list[int]:
    """Return the ids of the changes whose signatures the world can overtake. For the portal's own job."""
    return list(Change.objects.filter(state__in=WATCHED).order_by("pk").values_list("pk", flat=True))
