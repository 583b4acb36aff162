"""A requirement as its role sees it: the question, what follows from each answer, and the evidence."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.models import EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules.timetable import mornings
from apps.approvals.selectors import SinceSeen, Standing, right_to_sign, standing, stands
from apps.changes.models import Change, Revision
from apps.changes.rules.difference import Difference
from apps.changes.selectors import change_for, changed_since, revision_of
from apps.core import clock
from apps.core.decisions import Decision
from apps.gates.selectors import CARD, RULE_WAIVER, RULES
from apps.insights.selectors.papers import BRIEFING
from apps.web.briefing_evidence import briefing_evidence
from apps.web.card_evidence import card_evidence
from apps.web.checks_evidence import checks_evidence
from apps.web.consequences import Outcomes, absences, handed, outcomes, waiting_sentence
from apps.web.evidence import Block, evidence_for
from apps.web.news import News, news
from apps.web.policy_evidence import policy_evidence
from apps.web.revision_page import Marked, marked
from apps.web.rules_evidence import rule_waiver_evidence, rules_evidence
from apps.web.standard_evidence import standard_evidence
from apps.web.waiver_evidence import waiver_evidence
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
    taken_back_at: datetime | None
    stands_for: User | None
    away: list[str]
    next: str
    put_off_until: datetime | None
    mornings: list[datetime]
    since: "Since | None" = None
    kept: EarlierSignature | None = None
    news: News | None = None


@dataclass(frozen=True)
class Since:
    """What changed, in what a role judges, since somebody decided on an earlier revision."""

    row: EarlierSignature
    yours: bool
    rows: list[Marked]


def of(user: User, requirement: Requirement, seen: SinceSeen | None = None) -> Preview:
    """Return a requirement as this person sees it. ``seen`` is what happened since they last did, if they ever did."""
    right = right_to_sign(user, requirement)
    allowed = right.decision
    rows = standing(requirement.round)
    here = next(row for row in rows if row.requirement.pk == requirement.pk)
    change, shown = _shown(user, requirement.round)
    stale = _stale(user, here)
    numbers = {row.revision for row in (stale, seen) if row} - {requirement.round.revision}
    differs = _differs(here, rows, change, shown, numbers)
    return Preview(
        requirement=requirement,
        outcomes=outcomes(requirement, rows, user if allowed else None),
        evidence=_evidence(user, requirement, shown),
        allowed=allowed,
        waits=waiting_sentence(requirement, here.waited_on) if here.is_open else "",
        mine=next((given for given in here.signatures if given.signer_id == user.pk), None),
        taken_back_at=getattr(requirement, "taken_back_at", None),
        stands_for=right.delegation.giver if right.delegation and allowed else None,
        away=_notes(user, here) if here.is_open else [],
        next=what_next(here, str(requirement.round.opened_by or "whoever asked")),
        put_off_until=next((one.until for one in here.snoozes if one.user == user), None),
        mornings=_mornings(user, requirement) if allowed else [],
        since=_since(user, stale, differs) if shown else None,
        kept=_kept(user, here.kept),
        news=_news(user, here, rows, seen, stale, differs),
    )


def _evidence(user: User, requirement: Requirement, shown: Revision | None) -> list[Block]:
    """Return what a role judges by, from what it signs: a revision, or a version of something."""
    asked = requirement.round
    if asked.subject_type == "policy":
        return policy_evidence(user, asked.subject_ref)
    if asked.subject_type == "checks":
        return checks_evidence(user, asked.subject_ref)
    if asked.subject_type == RULES:
        return rules_evidence(user, asked.subject_ref)
    if asked.subject_type == RULE_WAIVER:
        return rule_waiver_evidence(user, asked.subject_ref)
    if asked.subject_type == BRIEFING:
        return briefing_evidence(user, asked.subject_ref)
    if asked.subject_type == CARD:
        return card_evidence(user, asked.subject_ref, asked.digest)
    if asked.subject_type == "standard":
        return standard_evidence(user, asked.subject_ref, asked.revision)
    if asked.subject_type == "waiver":
        return waiver_evidence(user, asked.subject_ref)
    return evidence_for(requirement, shown.content) if shown else []


def _notes(user: User, here: Standing) -> list[str]:
    """Return what else is to be known of those who are waited on: who is away, and who put it off."""
    others = [one for one in here.snoozes if one.user != user]
    return [*handed(here), *absences(here.covers, user), *put_off(others)]


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


def _stale(user: User, here: Standing) -> EarlierSignature | None:
    """Return the decision on an earlier revision that does not count any more: this person's, else the last."""
    if not here.is_open or not here.stale:
        return None
    return next((one for one in here.stale if user.pk in one.people), here.stale[-1])


def _since(user: User, stale: EarlierSignature | None, differs: dict[int, list[Difference]]) -> Since | None:
    """Return what changed since this person decided, or else since the last who did; None when nobody had."""
    if stale is None:
        return None
    return Since(stale, user.pk in stale.people, marked(differs.get(stale.revision, [])))


def _differs(
    here: Standing, rows: list[Standing], change: Change | None, shown: Revision | None, numbers: set[int]
) -> dict[int, list[Difference]]:
    """Return what differs from each of these revisions, in what the role judges."""
    if not here.is_open or change is None or shown is None or not numbers:
        return {}
    roles = {row.requirement.role for row in rows}
    return changed_since(change, here.requirement, numbers, shown.content, roles=roles)


def _news(
    user: User,
    here: Standing,
    rows: list[Standing],
    seen: SinceSeen | None,
    stale: EarlierSignature | None,
    differs: dict[int, list[Difference]],
) -> News | None:
    """Return what changed since this person looked. What differs since a decision on that is told beside it."""
    if seen is None or not here.is_open:
        return None
    told = stale is not None and stale.revision == seen.revision and seen.revision in differs
    return news(user, here.requirement, seen, rows, None if told else marked(differs.get(seen.revision, [])))
