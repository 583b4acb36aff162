"""Telling people of time: what is due, what is late, whom it went to, and what was given up."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from apps.accounts.models import User
from apps.approvals.models import Requirement, Round, Snooze
from apps.approvals.services.telling import inbox_url, label_of
from apps.outbox.services import notify


def tell_due(requirement: Requirement, people: Iterable[User]) -> None:
    """Remind people before the time."""
    for user in people:
        _tell_asked(requirement, user, "approval.due", "is due soon")


def tell_overdue(requirement: Requirement, people: Iterable[User], *, late: bool) -> None:
    """Remind people at the time, or after it, when it has gone to the next in the chain too."""
    for user in people:
        if late:
            _tell_asked(requirement, user, "approval.late", "is late, and others were told")
        else:
            _tell_asked(requirement, user, "approval.overdue", "is overdue")


def tell_awake(snooze: Snooze) -> None:
    """Tell a person that what they put off is in their inbox again."""
    _tell_asked(snooze.requirement, snooze.user, "approval.awake", "is in your inbox again", snooze.until)


def _tell_asked(
    requirement: Requirement, user: User, rule: str, said: str, at: datetime | None = None
) -> None:
    notify(
        user=user,
        rule=rule,
        subject=("requirement", str(requirement.pk)),
        due=at or requirement.due_at,
        title=f"Your decision on {requirement.round.subject_ref} {said}",
        body=(
            f"{requirement.round.subject_title}\n\n{requirement.question}\n"
            f"You are asked as {label_of(requirement)}. Nothing happens until someone decides."
        ),
        url=inbox_url(requirement),
    )


def tell_escalated(requirement: Requirement, people: Sequence[User], contacts: Iterable[User]) -> None:
    """Tell the next in the chain that a decision is overdue, and on whom it waits."""
    waited_on = ", ".join(map(str, people)) or "nobody, because no one holds the role any more"
    for contact in contacts:
        notify(
            user=contact,
            rule="approval.escalated",
            subject=("requirement", str(requirement.pk)),
            due=requirement.due_at,
            title=f"A signature on {requirement.round.subject_ref} is overdue",
            body=(
                f"{requirement.round.subject_title}\n\n{label_of(requirement)} has not signed in time. "
                f"It waits on {waited_on}."
            ),
            url=requirement.round.subject_url,
        )


def tell_expired(round_: Round, waited_for: Sequence[str], people: Iterable[User]) -> None:
    """Tell whoever opened a round that it was given up, and those it waited on that they are asked no more."""
    roles = " and ".join(waited_for)
    if round_.opened_by is not None:
        _tell_ended(
            round_,
            round_.opened_by,
            f"{round_.subject_ref} comes back to you: it was not decided in time",
            f"Nobody signed as {roles}, though they and those above them were reminded. Nothing was approved. "
            "Talk to them, then revise it and ask again, if it is still wanted.",
        )
    for user in people:
        if user.pk != round_.opened_by_id:
            _tell_ended(
                round_,
                user,
                f"You are not asked about {round_.subject_ref} any more",
                f"Nobody signed as {roles} in time. Nothing was approved: it went back to whoever asked.",
            )


def _tell_ended(round_: Round, user: User, title: str, body: str) -> None:
    assert round_.closed_at is not None
    notify(
        user=user,
        rule="approval.expired",
        subject=("round", str(round_.pk)),
        due=round_.closed_at,
        title=title,
        body=f"{round_.subject_title}\n\n{body}",
        url=round_.subject_url,
    )
