"""Signing, as a person of the demo organisation does it."""

from collections.abc import Collection

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.models import Requirement, Round
from apps.approvals.rules.checklists import checklist
from apps.approvals.selectors import standing
from apps.approvals.services import Proof, show_signing, sign
from apps.changes.models import Change
from apps.core import actors
from apps.core.actors import Actor

# The four roles sign in this order; one person never holds two of them on one change.
SIGNING_ORDER = (Role.SPONSOR, Role.STEWARD, Role.VALIDATOR, Role.OWNER)


def actor(username: str) -> Actor:
    """Return somebody of the demo organisation as the actor of what they do."""
    return actors.person(User.objects.get(username=username))


def decide_all(round: Round) -> None:
    """Let the first person who may approve each requirement of a round."""
    for row in standing(round):
        decide(row.eligible[0], row.requirement, "approve")


def collect(change: Change, unsigned: Collection[str] = ()) -> None:
    """Let everyone sign a change but the roles that are left waiting, one person for one role."""
    assert change.round is not None
    taken: dict[int, str] = {}
    asked = {
        role: [row for row in standing(change.round) if row.requirement.role == role]
        for role in SIGNING_ORDER
    }
    for role in SIGNING_ORDER:
        for row in asked[role] if role not in unsigned else []:
            signer = next(one for one in row.eligible if taken.get(one.pk, role) == role)
            taken[signer.pk] = role
            decide(signer, row.requirement, "approve")


def decide(signer: User, asked: Requirement, decision: str, note: str = "") -> None:
    """Let a person sign as they would on the page."""
    who = actors.person(signer)
    shown = show_signing(actor=who, requirement=asked, session="demo")
    sign(
        actor=who,
        requirement=asked,
        digest=shown.digest,
        decision=decision,
        note=note,
        proof=Proof(shown.nonce, shown.session, "password", shown.shown_at),
        checked=checklist(asked.role),
    )
