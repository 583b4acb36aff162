"""Writes the dependencies of a plan: adds what is new, brings back what returned, retires what is gone."""

from collections import defaultdict
from typing import Any

from apps.audit.services import record_event
from apps.catalog.models import Component, Contract, Dependency
from apps.catalog.services.backstage.drafts import Plan, TieDraft
from apps.catalog.services.backstage.files import Gathered
from apps.catalog.services.backstage.names import scope_of
from apps.catalog.services.backstage.writing import BATCH, origin, unsure
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest

MOST_NAMED = 100
"""Ties that one ledger entry names; of more, it holds the count and the digest."""


def write_ties(gathered: Gathered, plan: Plan, actor: Actor) -> set[str]:
    """Write the plan's ties and return the keys of the consumers whose ties changed."""
    keys = {key for tie in plan.ties for key in (tie.consumer, tie.provider)}
    components = {component.key: component for component in Component.objects.filter(key__in=keys)}
    contracts = dict(
        Contract.objects.filter(key__in={tie.contract for tie in plan.ties}).values_list("key", "pk")
    )
    held = _held(components)
    fresh = [tie for tie in plan.ties if tie not in held]
    Dependency.objects.bulk_create(
        [
            Dependency(
                consumer=components[tie.consumer], provider=components[tie.provider], kind=tie.kind,
                contract_id=contracts.get(tie.contract), **origin(plan.ties[tie]),
            )
            for tie in fresh
        ],
        batch_size=BATCH,
    )  # fmt: skip
    back = [tie for tie in plan.ties if tie in held and held[tie].retired_at is not None]
    for tie in back:
        Dependency.objects.filter(pk=held[tie].pk).update(retired_at=None, **origin(plan.ties[tie]))
    gone = _retire(gathered, plan)
    _record(components, [*fresh, *back], gone, actor)
    return {tie.consumer for tie in (*fresh, *back, *gone)}


def _held(components: dict[str, Component]) -> dict[TieDraft, Dependency]:
    ids = [component.pk for component in components.values()]
    rows = Dependency.objects.filter(consumer_id__in=ids).select_related("consumer", "provider", "contract")
    return {_as_tie(row): row for row in rows.iterator(chunk_size=5000)}


def _as_tie(row: Dependency) -> TieDraft:
    return TieDraft(row.consumer.key, row.provider.key, row.kind, row.contract.key if row.contract else "")


def _retire(gathered: Gathered, plan: Plan) -> dict[TieDraft, Component]:
    rows = Dependency.objects.filter(scope_of(gathered), ~unsure(gathered), retired_at=None)
    dropped = {
        tie: row
        for row in rows.select_related("consumer", "provider", "contract").iterator(chunk_size=5000)
        if (tie := _as_tie(row)) not in plan.ties
    }
    Dependency.objects.filter(pk__in=[row.pk for row in dropped.values()]).update(retired_at=clock.now())
    return {tie: row.consumer for tie, row in dropped.items()}


def _record(
    components: dict[str, Component], added: list[TieDraft], gone: dict[TieDraft, Component], actor: Actor
) -> None:
    """Write one entry for each consumer whose ties changed."""
    consumers = {tie.consumer: components[tie.consumer] for tie in added}
    consumers |= {tie.consumer: component for tie, component in gone.items()}
    changes: dict[str, dict[str, list[dict[str, str]]]] = defaultdict(lambda: {"added": [], "removed": []})
    for side, moved in (("added", added), ("removed", list(gone))):
        for tie in sorted(moved):
            facts = {"provider": tie.provider, "kind": tie.kind, "contract": tie.contract}
            changes[tie.consumer][side].append(facts)
    for key, change in sorted(changes.items()):
        data: dict[str, Any] = {"digest": digest(change)}
        for side, ties in change.items():
            data |= {f"{side}_count": len(ties), side: ties[:MOST_NAMED]}
        record_event(event="component.dependencies_changed", actor=actor, obj=consumers[key], data=data)
