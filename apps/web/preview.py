"""A requirement as its role sees it: the question, what follows from each answer, and the evidence."""

from dataclasses import dataclass

from apps.accounts.models import User
from apps.approvals.models import Requirement, Signature
from apps.approvals.selectors import right_to_sign, standing
from apps.changes.selectors import change_for, revision_of
from apps.core.decisions import Decision
from apps.web.consequences import Outcomes, absences, handed, outcomes, waiting_sentence
from apps.web.evidence import Block, evidence_for


@dataclass(frozen=True)
class Preview:
    """Everything that the preview and the signing page show of one requirement."""

    requirement: Requirement
    outcomes: Outcomes
    evidence: list[Block]
    allowed: Decision
    waits: str
    mine: Signature | None
    stands_for: User | None
    away: list[str]


def of(user: User, requirement: Requirement) -> Preview:
    """Return a requirement as this person sees it."""
    right = right_to_sign(user, requirement)
    allowed = right.decision
    rows = standing(requirement.round)
    here = next(row for row in rows if row.requirement.pk == requirement.pk)
    return Preview(
        requirement=requirement,
        outcomes=outcomes(requirement, rows, user if allowed else None),
        evidence=_evidence(user, requirement),
        allowed=allowed,
        waits=waiting_sentence(requirement, here.waited_on) if here.is_open else "",
        mine=next((given for given in here.signatures if given.signer_id == user.pk), None),
        stands_for=right.delegation.giver if right.delegation else None,
        away=[*handed(here), *absences(here.covers)] if here.is_open else [],
    )


def _evidence(user: User, requirement: Requirement) -> list[Block]:
    """Return the role's evidence, from the revision that the round is about."""
    round_ = requirement.round
    change = change_for(user, round_.subject_ref) if round_.subject_type == "change" else None
    if change is None:
        return []
    shown = change.revision
    if shown is None or shown.number != round_.revision:
        shown = revision_of(change, round_.revision)
    return evidence_for(requirement, shown.content) if shown else []
