"""Reminding people of what is due soon, and telling their team's contact of what is overdue.

A reminder is due when its time has passed, however late the worker comes (DESIGN 4.11). Each requirement is
marked in the transaction that fills the outbox, so that nothing is told twice and nothing is left out.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.approvals.selectors import eligible_people
from apps.approvals.services.telling import inbox_url, label_of
from apps.core import clock
from apps.outbox.services import notify

NOTICE = timedelta(hours=24)


@transaction.atomic
def remind(*, limit: int = 200) -> int:
    """Tell people of up to ``limit`` requirements that are overdue or due within a day, and return how many.

    Silence never approves: nothing here decides anything (DESIGN 4.6).
    """
    now = clock.now()
    overdue = _claim(Requirement.objects.filter(due_at__lte=now, escalated_at=None), limit)
    soon = _claim(
        Requirement.objects.filter(due_at__gt=now, due_at__lte=now + NOTICE, reminded_at=None),
        limit - len(overdue),
    )
    able = eligible_people([*overdue, *soon])
    for requirement in overdue:
        _tell(requirement, able[requirement.pk], "approval.overdue")
        _escalate(requirement, able[requirement.pk])
    for requirement in soon:
        _tell(requirement, able[requirement.pk], "approval.due")
    _mark(overdue, now, escalated=True)
    _mark(soon, now, escalated=False)
    return len(overdue) + len(soon)


def _claim(requirements: QuerySet[Requirement], limit: int) -> list[Requirement]:
    waiting = requirements.filter(state=RequirementState.OPEN).order_by("due_at", "pk")
    return list(
        waiting.select_related("round", "team__escalation_contact").select_for_update(
            skip_locked=True, of=("self",)
        )[:limit]
    )


def _mark(requirements: list[Requirement], now: datetime, *, escalated: bool) -> None:
    """Mark what was told. What is overdue needs no notice that it is due soon any more."""
    changes = {"reminded_at": now} | ({"escalated_at": now} if escalated else {})
    Requirement.objects.filter(pk__in=[requirement.pk for requirement in requirements]).update(**changes)


def _tell(requirement: Requirement, people: list[User], rule: str) -> None:
    ref = requirement.round.subject_ref
    late = rule == "approval.overdue"
    for user in people:
        notify(
            user=user,
            rule=rule,
            subject=("requirement", str(requirement.pk)),
            due=requirement.due_at,
            title=f"Your decision on {ref} is {'overdue' if late else 'due within a day'}",
            body=(
                f"{requirement.round.subject_title}\n\n{requirement.question}\n"
                f"You are asked as {label_of(requirement)}. Nothing happens until someone decides."
            ),
            url=inbox_url(requirement),
        )


def _escalate(requirement: Requirement, people: list[User]) -> None:
    contact = requirement.team.escalation_contact if requirement.team else None
    if contact is None or not contact.is_active:
        return
    waited_on = ", ".join(str(user) for user in people) or "nobody, because no one holds the role any more"
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
