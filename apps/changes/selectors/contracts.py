"""New versions of contracts that changes bring, and what they do to consumers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects

from apps.accounts.enums import Role
from apps.approvals.enums import RequirementState
from apps.catalog.models import Component, Contract
from apps.catalog.selectors import consumers_of
from apps.changes.enums import ChangeState
from apps.changes.models import Change, ProposedContract
from apps.changes.rules.contracts import Consumer, Proposed, facts_of_contracts
from apps.changes.rules.people import may_do
from apps.changes.selectors.items import items_of, read_items
from apps.changes.selectors.standing import standing_of
from apps.core.actors import Actor
from apps.core.decisions import Decision, denied
from apps.evidence.models import ContractDifference
from apps.evidence.selectors import differences_of

_WITH = ("contract__provider", "comparison", "proposed_by", "file")
_STANDS = Q(dropped_at=None)


@dataclass(frozen=True)
class Shown:
    """A proposed contract with whom it hits and the gravest of its differences, for a person."""

    row: ProposedContract
    consumers: list[Component]
    differences: list[ContractDifference]

    @property
    def is_overtaken(self) -> bool:
        """Return whether a third definition has come into force: neither what it was compared with, nor its own."""
        return self.row.contract.definition_digest not in (self.row.old, self.row.file.digest)

    @property
    def left_out(self) -> int:
        """Return how many differences are counted and not kept one by one."""
        return (self.row.comparison.total if self.row.comparison else 0) - len(self.differences)


def proposed_in(changes: Sequence[Change]) -> dict[int, list[Proposed]]:
    """Return what came of the new versions that these changes bring, by change.

    Three queries at most, and none where no change brings any, beside that for what they move.
    """
    rows = [row for row in _standing(changes) if row.comparison_id is not None]
    found: dict[int, list[Proposed]] = {change.pk: [] for change in changes}
    if not rows:
        return found
    worst = differences_of((row.comparison_id or 0 for row in rows), most=1)
    consumers = consumers_of(row.contract_id for row in rows)
    for row in rows:
        found[row.change_id].append(
            _proposed(row, worst.get(row.comparison_id or 0, []), consumers.get(row.contract_id, []))
        )
    return found


def proposed_of(change: Change) -> list[Proposed]:
    """Return what came of the new versions of contracts that a change brings."""
    return proposed_in([change])[change.pk]


def contracts_shown(change: Change, most: int) -> list[Shown]:
    """Return the new versions of contracts that a change brings, for a person who was given it; three queries."""
    rows = _standing([change])
    if not rows:
        return []
    differences = differences_of((row.comparison_id for row in rows if row.comparison_id), most)
    consumers = consumers_of(row.contract_id for row in rows)
    return [
        Shown(row, consumers.get(row.contract_id, []), differences.get(row.comparison_id or 0, []))
        for row in rows
    ]


def _as_submitted(change: Change) -> list[ProposedContract]:
    """Return the new versions that a change brought when it was submitted last."""
    assert change.revision is not None
    at = change.revision.submitted_at
    return list(_rows(Q(change=change, proposed_at__lte=at) & (_STANDS | Q(dropped_at__gt=at))))


def proposal_of(change: Change, pk: int) -> ProposedContract | None:
    """Return one that stands, by its number, of a change that the person was given."""
    return ProposedContract.objects.filter(_STANDS, change=change, pk=pk).first()


def contract_decision(change: Change, actor: Actor) -> Decision:
    """Say whether an actor may propose new versions of contracts, or take them back, now."""
    decision = may_do("edit", change, standing_of(actor, change))
    if decision and change.state != ChangeState.DRAFT:
        state = change.get_state_display().lower()
        return denied(f"{change.ref} is {state}, so its contracts stay as they are.", "Revise it first.")
    return decision


def contracts_of(component_ids: Iterable[int]) -> list[Contract]:
    """Return what these components have promised, in order; one query."""
    return list(Contract.objects.filter(provider__in=set(component_ids), retired_at=None).order_by("key"))


def contracts_offered(change: Change) -> list[Contract]:
    """Return the contracts in use of what a change moves, in order; one query, and one more of what was submitted."""
    if change.is_as_submitted:
        return contracts_of(item.component_id for item in items_of(change))
    # A draft's items are not read to stay: what they say of contracts moves with what is proposed next.
    return list(
        Contract.objects.filter(provider__in=change.items.values("component"), retired_at=None).order_by(
            "key"
        )
    )


def unready_contracts(change: Change) -> list[str]:
    """Return what keeps the new versions of contracts from being signed, a sentence for each."""
    return [
        _unready(row)
        for row in _standing([change])
        if row.comparison_id is None or row.contract.definition_digest not in (row.old, row.file.digest)
    ]


def overtaken_among(change_ids: Iterable[int]) -> set[int]:
    """Return those of these changes of which a new version of a contract is not compared with what is in force."""
    in_force = F("contract__definition_digest")
    unready = Q(comparison=None) | (~Q(old=in_force) & ~Q(file__digest=in_force))
    moved = Q(change__in=change_ids, change__items__component=F("contract__provider"))
    return set(_rows(_STANDS & moved & unready).order_by().values_list("change_id", flat=True))


def waiting_to_be_compared() -> list[int]:
    """Return the ids of the proposals that a worker has yet to compare. For the portal's own job."""
    rows = ProposedContract.objects.filter(_STANDS, comparison=None, problem="")
    return list(rows.order_by("proposed_at", "pk").values_list("pk", flat=True))


def contract_facts(change: Change) -> dict[str, Any]:
    """Return what is known of the contracts of a change, for policy; nothing while one is not compared with what is
    in force."""
    if unready_contracts(change):
        return {}
    proposed = proposed_of(change)
    signed: set[str] = set()
    if change.round is not None and any(one.breaks for one in proposed):
        asked = change.round.requirements.all()
        met = [one for one in asked if one.role == Role.OWNER and one.state == RequirementState.MET]
        signed = {one.component_key for one in met}
    return facts_of_contracts(proposed, signed)


def _standing(changes: Sequence[Change]) -> list[ProposedContract]:
    """Return the new versions that stand for what these changes move, in order.

    They stay with each ``change`` object, as what it moves does. One query, and none where no change brings any.
    """
    read_items(changes)
    # Whoever read the items in another way did not ask, so it is not known.
    bringing = [
        change
        for change in changes
        if any(getattr(item, "brings_contract", None) is not False for item in items_of(change))
    ]
    drafts = [change for change in bringing if not change.is_as_submitted]
    prefetch_related_objects(drafts, Prefetch("proposed_contracts", _rows(_STANDS)))
    return [
        row
        for change in bringing
        for row in (_as_submitted(change) if change.is_as_submitted else change.proposed_contracts.all())
        if row.contract.provider_id in {item.component_id for item in items_of(change)}
    ]


def _rows(stand: Q) -> QuerySet[ProposedContract]:
    found = ProposedContract.objects.filter(stand, contract__retired_at=None)
    return found.select_related(*_WITH).defer("file__content").order_by("contract__key", "pk")


def _unready(row: ProposedContract) -> str:
    if row.is_waiting:
        return f"The new version of {row.contract} is still being compared. Wait until it is done."
    if row.problem:
        return f"The new version of {row.contract} could not be compared: {row.problem} Send another, or take it back."
    return f"Another definition of {row.contract} is in force since you proposed a new one. Propose it again."


def _proposed(
    row: ProposedContract, worst: Iterable[ContractDifference], consumers: Iterable[Component]
) -> Proposed:
    comparison = row.comparison
    assert comparison is not None
    return Proposed(
        key=row.contract.key,
        title=str(row.contract),
        definition=row.file.digest,
        level=comparison.level,
        breaking=comparison.breaking,
        risky=comparison.risky,
        safe=comparison.safe,
        worst=next((one.sentence for one in worst), ""),
        consumers=tuple(Consumer(one.key, str(one), one.owner_team_id) for one in consumers),
    )
