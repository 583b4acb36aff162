"""How risky a change is and who must sign it, worked out from what it moves and reaches."""

from datetime import datetime

from apps.accounts.enums import Role
from apps.approvals.rules import Barred, Need
from apps.catalog.enums import ComponentKind, ContractKind
from apps.catalog.models import ComponentVersion, Contract
from apps.catalog.selectors import versions_in_use
from apps.changes.models import Change, ChangeItem
from apps.changes.rules.impact import ImpactRow
from apps.changes.rules.needs import Touched, due_at, needs_of
from apps.changes.rules.risk import Moved, Risk, risk_of
from apps.changes.selectors.items import items_of


def risk_for(change: Change, impact: list[ImpactRow]) -> Risk:
    """Return the risk of a change with the sentence that explains it."""
    moved = [Moved(item.component.tier, item.component.data_class) for item in items_of(change)]
    return risk_of(moved, impact, change.change_class)


def needs_for(change: Change, impact: list[ImpactRow], *, now: datetime) -> list[Need]:
    """Return every signature that a change needs, with why and by when."""
    items = items_of(change)
    due = due_at(now, change.planned_start, change.change_class) if change.planned_start else now
    return needs_of([_moved(item) for item in items], impact, _contracts(items), due=due)


def barred_for(change: Change, impact: list[ImpactRow]) -> list[Barred]:
    """Return who may not sign: the requester at all, and as validator of a model whoever made its version.

    Of a model that moves it is the version that it moves to; of one that is reached, the version in use.
    """
    barred = [Barred(change.requester_id, "You asked for this change. Nobody approves their own.")]
    for key, title, version in [*_models_moved(change), *_models_reached(impact)]:
        if version.author_id is not None:
            made = f"You made version {version.version} of {title}."
            reason = f"{made} Nobody validates their own model."
            barred.append(Barred(version.author_id, reason[:200], Role.VALIDATOR, key))
    return barred


def _models_moved(change: Change) -> list[tuple[str, str, ComponentVersion]]:
    return [
        (item.component.key, str(item.component), item.to_version)
        for item in items_of(change)
        if item.component.kind == ComponentKind.MODEL
    ]


def _models_reached(impact: list[ImpactRow]) -> list[tuple[str, str, ComponentVersion]]:
    models = [row for row in impact if row.included and row.kind == ComponentKind.MODEL]
    in_use = versions_in_use(row.component_id for row in models if row.component_id is not None)
    return [(row.key, row.title, in_use[row.component_id]) for row in models if row.component_id in in_use]


def _moved(item: ChangeItem) -> Touched:
    component = item.component
    return Touched(
        component.key, str(component), component.kind, component.owner_team_id, f"{component} moves."
    )


def _contracts(items: list[ChangeItem]) -> list[Touched]:
    """Return the components that move and have promised the form of their data to others."""
    moved = {item.component_id: item.component for item in items}
    promised = Contract.objects.filter(provider__in=list(moved), kind=ContractKind.DATA, retired_at=None)
    return [
        Touched(
            moved[contract.provider_id].key,
            str(moved[contract.provider_id]),
            moved[contract.provider_id].kind,
            moved[contract.provider_id].owner_team_id,
            f"It carries the data contract {contract}.",
        )
        for contract in promised.order_by("key")
        if contract.provider_id is not None
    ]
