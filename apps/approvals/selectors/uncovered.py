"""What a deputy could not sign of what waits for the person in whose place they would sign."""

from dataclasses import dataclass

from apps.accounts.selectors import grants_of
from apps.approvals.models import Delegation
from apps.approvals.selectors.cover import fits
from apps.approvals.selectors.inbox import BADGE_LIMIT, inbox_for
from apps.approvals.selectors.people import covers
from apps.approvals.selectors.signing import rights_under


@dataclass(frozen=True)
class Uncovered:
    """Something that is open, by its name, and why the deputy cannot sign it, as they would read it."""

    ref: str
    reason: str


def not_covered_by(delegation: Delegation) -> list[Uncovered]:
    """Return what is open now for the giver and the deputy cannot sign, each change once, those first due first.

    Only of the first hundred: it is a note to people. The number of queries does not grow with them.
    """
    giver, grants = delegation.giver, grants_of(delegation.giver)
    waiting = [
        one
        for tab in ("needs_me", "snoozed")
        for one in inbox_for(giver, tab)[:BADGE_LIMIT]
        if fits(delegation, one) and any(covers(grant, one) for grant in grants)
    ]
    if not waiting:
        return []
    rights = rights_under(delegation, waiting)
    found: dict[str, Uncovered] = {}
    for one in waiting:
        decision = rights[one.pk].decision
        if not decision:
            found.setdefault(one.round.subject_ref, Uncovered(one.round.subject_ref, decision.reason))
    return list(found.values())
