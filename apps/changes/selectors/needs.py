"""How risky a change is and who must sign it, worked out from what it moves and reaches."""

from datetime import datetime

from apps.accounts.enums import Role
from apps.approvals.rules import Barred, Need
from apps.catalog.enums import ComponentKind, ContractKind
from apps.catalog.models import Contract
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


def barred_for(change: Change) -> list[Barred]:
    """Return who may not sign: the requester at all, and the author of a model's version as its validator."""
    barred = [Barred(change.requester_id, "You asked for this change. Nobody approves their own.")]
    for item in items_of(change):
        author = item.to_version.author_id
        if item.component.kind == ComponentKind.MODEL and author is not None:
            made = f"You made version {item.to_version.version} of {item.component}."
            reason = f"{made} Nobody validates their own model."
            barred.append(Barred(author, reason[:200], Role.VALIDATOR, item.component.key))
    return barred


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
