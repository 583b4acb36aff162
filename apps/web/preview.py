"""A requirement as its role sees it: the question, what follows from each answer, and the evidence."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.models import EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules.timetable import mornings
from apps.approvals.selectors import Standing, right_to_sign, standing, stands
from apps.changes.models import Change, Revision
from apps.changes.selectors import change_for, changed_since, revision_of
from apps.core import clock
from apps.core.decisions import Decision
from apps.web.consequences import Outcomes, absences, handed, outcomes, waiting_sentence
from apps.web.evidence import Block, evidence_for
from apps.web.policy_evidence import policy_evidence
from apps.web.revision_page import Marked, marked
from apps.web.what_next import put_off, what_next


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
    next: str
    put_off_until: datetime | None
    mornings: list[datetime]
    since: "Since | None" = None
    kept: EarlierSignature | None = None


@dataclass(frozen=True)
class Since:
    """What changed, in what a role judges, since somebody decided on an earlier revision."""

    row: EarlierSignature
    yours: bool
    rows: list[Marked]


def of(user: User, requirement: Requirement) -> Preview:
    """Return a requirement as this person sees it."""
    right = right_to_sign(user, requirement)
    allowed = right.decision
    rows = standing(requirement.round)
    here = next(row for row in rows if row.requirement.pk == requirement.pk)
    change, shown = _shown(user, requirement.round)
    return Preview(
        requirement=requirement,
        outcomes=outcomes(requirement, rows, user if allowed else None),
        evidence=_evidence(user, requirement, shown),
        allowed=allowed,
        waits=waiting_sentence(requirement, here.waited_on) if here.is_open else "",
        mine=next((given for given in here.signatures if given.signer_id == user.pk), None),
        stands_for=right.delegation.giver if right.delegation else None,
        away=_notes(user, here) if here.is_open else [],
        next=what_next(here, str(requirement.round.opened_by or "whoever asked")),
        put_off_until=next((one.until for one in here.snoozes if one.user == user), None),
        mornings=_mornings(user, requirement) if allowed else [],
        since=_since(user, here, {row.requirement.role for row in rows}, change, shown),
        kept=_kept(user, here.kept),
    )


def _evidence(user: User, requirement: Requirement, shown: Revision | None) -> list[Block]:
    """Return what a role judges by, from what it signs: a revision of a change, or a version of the policy."""
    if requirement.round.subject_type == "policy":
        return policy_evidence(user, requirement.round.subject_ref)
    return evidence_for(requirement, shown.content) if shown else []


def _notes(user: User, here: Standing) -> list[str]:
    """Return what else is to be known of those who are waited on: who is away, and who put it off."""
    others = [one for one in here.snoozes if one.user != user]
    return [*handed(here), *absences(here.covers), *put_off(others)]


def _mornings(user: User, requirement: Requirement) -> list[datetime]:
    """Return until when this person may put it off; nothing while its clock stands."""
    if stands(requirement):
        return []
    return mornings(clock.now(), requirement.due_at, user.time_zone)


def _kept(user: User, rows: list[EarlierSignature]) -> EarlierSignature | None:
    """Return the signature that still counts: this person's, else the last."""
    return next((row for row in rows if row.signature.signer_id == user.pk), rows[-1] if rows else None)


def _shown(user: User, round_: Round) -> tuple[Change | None, Revision | None]:
    """Return the change that a round is about as this person may see it, with the revision that is signed."""
    change = change_for(user, round_.subject_ref) if round_.subject_type == "change" else None
    if change is None:
        return None, None
    if change.revision is not None and change.revision.number == round_.revision:
        return change, change.revision
    return change, revision_of(change, round_.revision)


def _since(
    user: User, here: Standing, roles: set[str], change: Change | None, shown: Revision | None
) -> Since | None:
    """Return what changed since this person decided, or else since the last who did; None when nobody had."""
    if not here.is_open or not here.stale or change is None or shown is None:
        return None
    row = next((one for one in here.stale if user.pk in one.people), here.stale[-1])
    found = changed_since(change, here.requirement, row.revision, shown.content, roles=roles)
    return Since(row, user.pk in row.people, marked(found))
