"""Telling people what is asked of them, and what came of what they asked, through the outbox."""

from apps.accounts.models import User
from apps.approvals.enums import RoundState, SignatureDecision
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules import describe
from apps.outbox.services import notify


def inbox_url(requirement: Requirement) -> str:
    """Return the page on which a requirement is decided."""
    return f"/inbox/{requirement.pk}/"


def label_of(requirement: Requirement) -> str:
    """Return the role and what it is for, as a person says it."""
    return describe(requirement.role, requirement.component_label or requirement.component_key)


def tell_asked(round_: Round, asked: list[tuple[Requirement, list[User]]]) -> None:
    """Tell each person once that a round asks for them, with what is due first."""
    first: dict[User, Requirement] = {}
    for requirement, people in sorted(asked, key=lambda pair: pair[0].due_at):
        for user in people:
            first.setdefault(user, requirement)
    for user, requirement in first.items():
        notify(
            user=user,
            rule="approval.asked",
            subject=("round", str(round_.pk)),
            due=requirement.due_at,
            title=f"{round_.subject_ref} asks for your decision",
            body=(
                f"{round_.subject_title}\n\n{requirement.question}\n"
                f"You are asked as {label_of(requirement)}. {requirement.reason}\n"
                "Your signature starts nothing by itself."
            ),
            url=inbox_url(requirement),
        )


def tell_outcome(asked: Requirement, signature: Signature) -> None:
    """Tell whoever opened the round when a signature has ended it."""
    round_ = asked.round
    if round_.opened_by is None or round_.state == RoundState.OPEN or round_.closed_at is None:
        return
    rejected = signature.decision == SignatureDecision.REJECT
    reason = (
        f"{signature.signer} gave this reason: {signature.note}" if rejected else "Every role has signed."
    )
    notify(
        user=round_.opened_by,
        rule="approval.rejected" if rejected else "approval.completed",
        subject=("round", str(round_.pk)),
        due=round_.closed_at,
        title=f"{round_.subject_ref} was {'rejected' if rejected else 'signed by everyone'}",
        body=f"{round_.subject_title}\n\n{reason}",
        url=round_.subject_url,
    )


def tell_unreachable(round_: Round, missing: str) -> None:
    """Tell whoever opened the round that it was rejected, because nobody is left who can sign as ``missing``."""
    if round_.opened_by is None or round_.closed_at is None:
        return
    notify(
        user=round_.opened_by,
        rule="approval.rejected",
        subject=("round", str(round_.pk)),
        due=round_.closed_at,
        title=f"{round_.subject_ref} was rejected",
        body=(
            f"{round_.subject_title}\n\nToo few people are left who can sign as {missing}. Ask a Change Manager to "
            "name someone for this role, and submit it again."
        ),
        url=round_.subject_url,
    )
