"""What a person chose to sign together: which of it can be, and why the rest cannot."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from apps.accounts.models import User
from apps.accounts.selectors import holds_any_role
from apps.approvals.models import EarlierSignature, Requirement
from apps.approvals.rules.together import Joining, may_join
from apps.approvals.selectors.signing import rights_to_sign
from apps.core.decisions import Decision


@dataclass(frozen=True)
class Item:
    """A requirement that a person chose: whether they can sign it together with others, and in whose place."""

    requirement: Requirement
    allowed: Decision
    stands_for: User | None = None


def items_to_sign(user: User, numbers: Iterable[int]) -> list[Item]:
    """Return the requirements with these numbers that a person may look at, those first that are due first.

    Each is judged by itself; the number of queries does not grow with them.
    """
    found = Requirement.objects.select_related("round", "team").filter(pk__in=list(numbers))
    if not holds_any_role(user):
        found = found.filter(round__opened_by=user)
    rows = list(found.order_by("due_at", "pk"))
    if not rows:
        return []
    rights, outdated = rights_to_sign(user, rows), _outdated(user, rows)
    items = []
    for row in rows:
        right = rights[row.pk]
        allowed = right.decision and _joins(row, outdated=row.pk in outdated)
        items.append(Item(row, allowed, right.delegation.giver if right.delegation else None))
    return items


def of_the_kind(requirements: Iterable[Requirement]) -> list[Requirement]:
    """Return those that are of the kind that can be signed together, for a list. Each is judged on its own page."""
    return [one for one in requirements if _joins(one, outdated=False)]


def may_join_now(user: User, requirement: Requirement) -> Decision:
    """Return whether what a person may sign can be signed together with others, with the reason when not."""
    return _joins(requirement, outdated=requirement.pk in _outdated(user, [requirement]))


def _joins(requirement: Requirement, *, outdated: bool) -> Decision:
    round_ = requirement.round
    return may_join(Joining(round_.subject_class, round_.risk, outdated))


def _outdated(user: User, requirements: list[Requirement]) -> set[int]:
    """Return the requirements for whose earlier revision a person decided, where that does not count any more."""
    theirs = Q(signature__signer=user) | Q(signature__on_behalf_of=user)
    rows = EarlierSignature.objects.filter(theirs, requirement__in=requirements)
    return set(rows.exclude(counts=True, withdrawn_at=None).values_list("requirement", flat=True))
