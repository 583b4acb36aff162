"""How risky a change is and who must sign it, worked out from what it moves and reaches."""

from collections.abc import Iterable
from datetime import datetime

from apps.accounts.enums import Role
from apps.approvals.enums import Touch
from apps.approvals.models import PolicyVersion
from apps.approvals.rules import Barred, Facts, Need, Touched, needs_under
from apps.approvals.selectors import rules_in, times_in
from apps.catalog.enums import ComponentKind, ContractKind
from apps.catalog.models import Component, ComponentVersion, Contract
from apps.catalog.selectors import versions_in_use
from apps.changes.models import Change
from apps.changes.rules.contracts import Proposed, with_consumers
from apps.changes.rules.impact import ImpactRow
from apps.changes.rules.needs import reached
from apps.changes.rules.risk import Moved, Risk, risk_of
from apps.changes.selectors.contracts import proposed_of
from apps.changes.selectors.items import items_of


def risk_for(change: Change, impact: list[ImpactRow]) -> Risk:
    """Return the risk of a change with the sentence that explains it."""
    moved = [Moved(item.component.tier, item.component.data_class) for item in items_of(change)]
    return risk_of(moved, impact, change.change_class)


def needs_for(
    change: Change,
    impact: list[ImpactRow],
    *,
    now: datetime,
    policy: PolicyVersion,
    change_class: str = "",
    contracts: Iterable[Contract] | None = None,
    proposed: Iterable[Proposed] | None = None,
) -> list[Need]:
    """Return every signature that a change needs under a version of the policy, with why, how long people get,
    and by when at the latest. Whoever owns a consumer of a contract that it breaks is asked under each version.

    ``change_class`` is the class by which it goes, when that is not the one that it has. ``contracts`` and
    ``proposed``, the new versions of some, save a caller that has them from asking again.
    """
    goes_as = change_class or change.change_class
    moved = [item.component for item in items_of(change)]
    promises = (
        promises_of(moved)
        if contracts is None
        else [one for one in contracts if one.kind == ContractKind.DATA]
    )
    facts = facts_over(goes_as, moved, impact, promises, risk=risk_for(change, impact).level)
    allowed = times_in(policy)[goes_as]
    due = change.planned_start or now
    asked = needs_under(rules_in(policy), facts, due=due, allowed=allowed)
    brought = proposed_of(change) if proposed is None else proposed
    return with_consumers(asked, brought, due=due, allowed=allowed)


def facts_of(
    change: Change,
    moved: Iterable[Component],
    impact: Iterable[ImpactRow],
    promises: Iterable[Contract],
    *,
    risk: int,
) -> Facts:
    """Return what the policy looks at in a change."""
    return facts_over(change.change_class, moved, impact, promises, risk=risk)


def facts_over(
    change_class: str,
    moved: Iterable[Component],
    impact: Iterable[ImpactRow],
    promises: Iterable[Contract],
    *,
    risk: int,
) -> Facts:
    """Return what the policy looks at: what moves, what that reaches, and whose contracts it has promised."""
    by_id = {component.pk: component for component in moved}
    touched = [_touched(one, Touch.MOVED, f"{one} moves.") for one in by_id.values()]
    promised = [
        _touched(by_id[contract.provider_id], Touch.PROMISED, f"It carries the data contract {contract}.")
        for contract in promises
        if contract.provider_id in by_id
    ]
    return Facts(change_class, risk, (*touched, *reached(impact), *promised))


def _touched(component: Component, touch: Touch, reason: str) -> Touched:
    return Touched(
        key=component.key,
        title=str(component),
        kind=component.kind,
        tier=component.tier,
        data_class=component.data_class,
        team_id=component.owner_team_id,
        touch=touch,
        reason=reason,
    )


def promises_of(moved: Iterable[Component]) -> list[Contract]:
    """Return the data contracts that these components have promised to others; one query."""
    found = Contract.objects.filter(provider__in=list(moved), kind=ContractKind.DATA, retired_at=None)
    return list(found.order_by("key"))


def barred_for(change: Change, impact: list[ImpactRow]) -> list[Barred]:
    """Return who may not sign: the requester at all, and as validator of a model whoever made or recorded its version.

    Of a model that moves it is the version that it moves to; of one that is reached, the version in use.
    """
    barred = [Barred(change.requester_id, "You asked for this change. Nobody approves their own.")]
    for key, title, version in [*_models_moved(change), *_models_reached(impact)]:
        for user_id, did in ((version.author_id, "made"), (version.committer_id, "recorded")):
            if user_id is not None:
                reason = f"You {did} version {version.version} of {title}. Nobody validates their own model."
                barred.append(Barred(user_id, reason[:200], Role.VALIDATOR, key))
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
