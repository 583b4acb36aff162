"""Reminding people of what is due soon, and escalating what is overdue.

What is overdue goes to the contact of the team that is asked; where there is none, to the Change Managers.

A reminder is due when its time has passed, however late the worker comes (DESIGN 4.11). Each requirement is
marked in the transaction that fills the outbox, so that nothing is told twice and nothing is left out.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.approvals.selectors import eligible_people
from apps.approvals.services.telling import inbox_url, label_of
from apps.core import clock
from apps.outbox.services import notify

NOTICE = timedelta(hours=24)
# Whoever was asked a moment ago needs no reminder yet, however little time there is.
_HALFWAY = ExpressionWrapper(
    F("created_at") + ExpressionWrapper((F("due_at") - F("created_at")) / 2, DurationField()), DateTimeField()
)


@transaction.atomic
def remind(*, limit: int = 200) -> int:
    """Tell people of up to ``limit`` requirements that are overdue or due within a day, and return how many.

    One is due soon only when half of its time has passed too.
    Silence never approves: nothing here decides anything (DESIGN 4.6).
    """
    now = clock.now()
    overdue = _claim(Requirement.objects.filter(due_at__lte=now, escalated_at=None), limit)
    soon = _claim(
        Requirement.objects.alias(halfway=_HALFWAY).filter(
            due_at__gt=now, due_at__lte=now + NOTICE, halfway__lte=now, reminded_at=None
        ),
        limit - len(overdue),
    )
    able = eligible_people([*overdue, *soon])
    contacts = _contacts(overdue)
    for requirement in overdue:
        _tell(requirement, able[requirement.pk], "approval.overdue")
        _escalate(requirement, able[requirement.pk], contacts[requirement.pk])
    for requirement in soon:
        _tell(requirement, able[requirement.pk], "approval.due")
    _mark(overdue, now, escalated=True)
    _mark(soon, now, escalated=False)
    return len(overdue) + len(soon)


def _claim(requirements: QuerySet[Requirement], limit: int) -> list[Requirement]:
    # Whoever waits for an answer is not hurried, and their delay is nobody's to hear of.
    waiting = requirements.filter(state=RequirementState.OPEN, paused_at=None).order_by("due_at", "pk")
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


def _contacts(overdue: list[Requirement]) -> dict[int, list[User]]:
    """Return whom each goes to: never to nobody, for what nobody hears of is not escalated (DESIGN 4.6)."""
    of_team = {
        requirement.pk: [requirement.team.escalation_contact]
        for requirement in overdue
        if requirement.team
        and requirement.team.escalation_contact
        and requirement.team.escalation_contact.is_active
    }
    if len(of_team) == len(overdue):
        return of_team
    managers = list(people_with_role(Role.CHANGE_MANAGER))
    return {requirement.pk: of_team.get(requirement.pk, managers) for requirement in overdue}


def _escalate(requirement: Requirement, people: list[User], contacts: list[User]) -> None:
    waited_on = ", ".join(str(user) for user in people) or "nobody, because no one holds the role any more"
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
