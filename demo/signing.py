"""Signing, as a person of the demo organisation does it."""

from apps.accounts.models import User
from apps.approvals.models import Requirement, Round
from apps.approvals.rules.checklists import checklist
from apps.approvals.selectors import standing
from apps.approvals.services import Proof, show_signing, sign
from apps.core import actors
from apps.core.actors import Actor


def actor(username: str) -> Actor:
    """Return somebody of the demo organisation as the actor of what they do."""
    return actors.person(User.objects.get(username=username))


def decide_all(round: Round) -> None:
    """Let the first person who may approve each requirement of a round."""
    for row in standing(round):
        decide(row.eligible[0], row.requirement, "approve")


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
