"""Writes the components, contracts and promises of a plan, and retires what its source no longer names."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.models import Q

from apps.accounts.models import Team, User
from apps.audit.services import record_event
from apps.catalog.models import Component, Contract, Definition, ServiceObjective
from apps.catalog.rules.descriptors import Objective
from apps.catalog.rules.report import ImportReport
from apps.catalog.services.backstage.drafts import ComponentDraft, ContractDraft, Plan
from apps.catalog.services.backstage.files import Gathered, Source
from apps.catalog.services.backstage.names import scope_of
from apps.core import clock
from apps.core.actors import Actor

BATCH = 1000
LARGEST_DEFINITION = 5 * 1024 * 1024
"""In bytes. Of a longer definition the digest alone is kept: no larger file could be compared with it."""


def origin(source: Source) -> dict[str, Any]:
    """Return where a record was read, as every sourced record keeps it."""
    return {"source": "backstage", "source_root": str(source.root.path), "source_path": str(source.path)}


def write_components(plan: Plan, actor: Actor) -> tuple[dict[str, Component], dict[str, str]]:
    """Write the plan's components with their promises; return them by key, and what happened to each."""
    held = {component.key: component for component in Component.objects.filter(key__in=plan.components)}
    slugs = {draft.team for draft in plan.components.values()}
    names = {draft.person for draft in plan.components.values()}
    teams = dict(Team.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    people = dict(User.objects.filter(username__in=names).values_list("username", "pk"))
    outcomes: dict[str, str] = {}
    fresh: list[Component] = []
    for key, draft in plan.components.items():
        values = {
            **draft.fields, **origin(draft.source), "owner_team_id": teams.get(draft.team),
            "owner_person_id": people.get(draft.person), "source_digest": draft.digest(), "retired_at": None,
        }  # fmt: skip
        if key in held:
            outcomes[key] = _rewrite(held[key], values, "component", actor)
        else:
            fresh.append(Component(key=key, **values))
            outcomes[key] = "created"
    held |= {component.key: component for component in Component.objects.bulk_create(fresh, batch_size=BATCH)}
    for component in fresh:
        _record_new(component, "component", {"kind": component.kind, "tier": component.tier}, actor)
    touched = [draft for key, draft in plan.components.items() if outcomes[key] != "unchanged"]
    _write_objectives(touched, held)
    return held, outcomes


def write_contracts(plan: Plan, components: dict[str, Component], actor: Actor) -> dict[str, str]:
    """Write the plan's contracts; return what happened to each, by key."""
    held = {contract.key: contract for contract in Contract.objects.filter(key__in=plan.contracts)}
    wanted = {draft.provider for draft in plan.contracts.values()} | set(plan.adopted.values())
    providers = dict(Component.objects.filter(key__in=wanted - set(components)).values_list("key", "pk"))
    providers |= {key: component.pk for key, component in components.items()}
    outcomes: dict[str, str] = {}
    fresh: list[Contract] = []
    for key, draft in plan.contracts.items():
        values = _contract_values(draft, providers)
        if key in held:
            outcomes[key] = _rewrite(held[key], values, "contract", actor)
        else:
            fresh.append(Contract(key=key, **values))
            outcomes[key] = "created"
    for contract in Contract.objects.bulk_create(fresh, batch_size=BATCH):
        _record_new(contract, "contract", {"kind": contract.kind}, actor)
    for contract in Contract.objects.filter(key__in=plan.adopted).select_related("provider"):
        if contract.provider_id != providers[plan.adopted[contract.key]]:
            contract.provider_id = providers[plan.adopted[contract.key]]
            contract.save(update_fields=["provider", "updated_at"])
            data = {"fields": ["provider"], "provider": plan.adopted[contract.key]}
            record_event(event="contract.updated", actor=actor, obj=contract, data=data)
    _keep_definitions(plan.contracts.values())
    return outcomes


def _keep_definitions(drafts: Iterable[ContractDraft]) -> None:
    """Keep each definition that is new. The entry of its contract holds its digest, so it needs none of its own."""
    texts = {
        draft.fields["definition_digest"]: draft.definition
        for draft in drafts
        if 0 < len(draft.definition) <= LARGEST_DEFINITION
    }
    known = set(Definition.objects.filter(digest__in=texts).values_list("digest", flat=True))
    fresh = [
        Definition(digest=digest, size=len(text), content=text)
        for digest, text in texts.items()
        if digest not in known
    ]
    # Another import may keep the same text in this moment: the first stands, and says the same.
    Definition.objects.bulk_create(fresh, batch_size=100, ignore_conflicts=True)


def retire_missing(gathered: Gathered, plan: Plan, report: ImportReport, actor: Actor) -> bool:
    """Retire what these roots named before and name no more; return whether a component was among it.

    What stands in a file that could not be read whole is left alone: nobody knows whether it is gone.
    """
    gone = Q(retired_at=None) & scope_of(gathered) & ~unsure(gathered)
    components = list(Component.objects.filter(gone).exclude(key__in=plan.components))
    contracts = list(Contract.objects.filter(gone).exclude(key__in=plan.contracts))
    records: list[Component | Contract] = [*components, *contracts]
    for record in records:
        record.retired_at = clock.now()
        record.save(update_fields=["retired_at", "updated_at"])
        event = f"{record._meta.model_name}.retired"
        record_event(event=event, actor=actor, obj=record, data={"source": record.source})
        report.count("retired")
    return bool(components)


def unsure(gathered: Gathered) -> Q:
    """Return the filter for records of which nobody knows whether their source still names them."""
    doubt = Q(source_path__in=[str(path) for path in gathered.doubtful])
    files = [root.path for root in gathered.roots if not root.path.is_dir()]
    if gathered.doubtful:
        # A file that was given by name may lead to others. If any could not be read, all that it leads to is unsure.
        doubt |= Q(source_root__in=[str(path) for path in files if _leads_on(path, gathered)])
    return doubt


def _leads_on(root: Path, gathered: Gathered) -> bool:
    return any(path.is_relative_to(root.parent) for path in gathered.doubtful)


def _contract_values(draft: ContractDraft, providers: dict[str, int]) -> dict[str, Any]:
    return {
        **draft.fields, **origin(draft.source), "provider_id": providers.get(draft.provider),
        "source_digest": draft.digest(), "retired_at": None,
    }  # fmt: skip


def _rewrite(record: Component | Contract, values: dict[str, Any], word: str, actor: Actor) -> str:
    """Write a record that differs from what its source says now; return what happened to it."""
    # The same file may be read from different roots by turns; that alone is no change.
    changed = [
        name for name, value in values.items() if name != "source_root" and getattr(record, name) != value
    ]
    if not changed:
        return "unchanged"
    back = record.retired_at is not None
    record.source_root = values["source_root"]
    for name in changed:
        setattr(record, name, values[name])
    record.save()
    data = {"digest": record.source_digest, "fields": sorted(changed)}
    record_event(event=f"{word}.{'restored' if back else 'updated'}", actor=actor, obj=record, data=data)
    return "updated"


def _record_new(record: Component | Contract, word: str, facts: dict[str, Any], actor: Actor) -> None:
    data = {**facts, "digest": record.source_digest, "source": record.source}
    record_event(event=f"{word}.registered", actor=actor, obj=record, data=data)


def _write_objectives(drafts: Iterable[ComponentDraft], components: dict[str, Component]) -> None:
    """Bring the promises of the touched components in line. Their entries hold the digest that covers them."""
    drafts = list(drafts)
    ids = [components[draft.key].pk for draft in drafts]
    held: dict[int, dict[str, ServiceObjective]] = {pk: {} for pk in ids}
    for objective in ServiceObjective.objects.filter(component_id__in=ids):
        held[objective.component_id][objective.name] = objective
    for draft in drafts:
        component = components[draft.key]
        known = held[component.pk]
        for promise in draft.objectives:
            _write_objective(component, known.pop(promise.name, None), promise, draft.source)
        for dropped in known.values():
            if dropped.source == "backstage" and dropped.retired_at is None:
                dropped.retired_at = clock.now()
                dropped.save(update_fields=["retired_at"])


def _write_objective(
    component: Component, held: ServiceObjective | None, promise: Objective, source: Source
) -> None:
    objective = held or ServiceObjective(component=component, name=promise.name)
    for name, value in origin(source).items():
        setattr(objective, name, value)
    objective.objective, objective.window_days = promise.objective, promise.window_days
    objective.retired_at = None
    objective.save()
