"""New versions of contracts that changes bring, and what they do to consumers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.catalog.models import Component, Contract
from apps.catalog.selectors import consumers_of
from apps.changes.enums import ChangeState
from apps.changes.models import Change, ProposedContract
from apps.changes.rules.contracts import Consumer, Proposed, facts_of_contracts
from apps.changes.rules.people import may_do
from apps.changes.selectors.items import items_of, read_items
from apps.changes.selectors.standing import standing_of
from apps.changes.selectors.visible import is_revised_by_other
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
    """Return what came of the new versions that these changes bring, by change; four queries at most."""
    read_items(changes)
    moved = {change.pk: {item.component_id for item in items_of(change)} for change in changes}
    rows = [
        row
        for row in _rows(_STANDS & Q(change__in=changes, comparison__isnull=False))
        if row.contract.provider_id in moved[row.change_id]
    ]
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
    """Return what came of the new versions of contracts that a change brings; four queries at most."""
    return proposed_in([change])[change.pk]


def contracts_shown(user: User, change: Change, most: int) -> list[Shown]:
    """Return the new versions of contracts that a change brings, as a person may see them; three queries.

    ``change`` is one that they were given. While another revises it, they see what was submitted last.
    """
    stood = _STANDS & Q(contract__provider__in=change.items.values("component"))
    if is_revised_by_other(change, user):
        assert change.revision is not None
        at = change.revision.submitted_at
        stood = Q(proposed_at__lte=at) & (_STANDS | Q(dropped_at__gt=at))
    rows = list(_rows(stood & Q(change=change)))
    if not rows:
        return []
    differences = differences_of((row.comparison_id for row in rows if row.comparison_id), most)
    consumers = consumers_of(row.contract_id for row in rows)
    return [
        Shown(row, consumers.get(row.contract_id, []), differences.get(row.comparison_id or 0, []))
        for row in rows
    ]


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


def contracts_offered(change: Change) -> list[Contract]:
    """Return the contracts in use of what a change moves, in order; one query."""
    moved = change.items.values("component")
    return list(Contract.objects.filter(provider__in=moved, retired_at=None).order_by("key"))


def unready_contracts(change: Change) -> list[str]:
    """Return what keeps the new versions of contracts from being signed, a sentence for each; one query."""
    stand = _STANDS & Q(change=change, contract__provider__in=change.items.values("component"))
    in_force = F("contract__definition_digest")
    overtaken = ~Q(old=in_force) & ~Q(file__digest=in_force)
    rows = _rows(stand & (Q(comparison=None) | overtaken))
    return [_unready(row) for row in rows]


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
        met = change.round.requirements.filter(role=Role.OWNER, state=RequirementState.MET)
        signed = set(met.values_list("component_key", flat=True))
    return facts_of_contracts(proposed, signed)


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
