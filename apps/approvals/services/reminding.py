"""Reminding people before, at and after the time, and taking what they leave to the next in the chain.

The chain is: who is asked, the contact of the team that is asked, the Change Managers. Where there is no contact who
could be told, the Change Managers are told in their place.

A step is due when its time has passed, however late the worker comes (DESIGN 4.11). Each requirement moves to its next
step in the transaction that fills the outbox: so nothing is told twice and nothing is left out, and a worker that is
killed leaves all or nothing of it. Silence never approves: nothing here decides anything (DESIGN 4.6).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.approvals.enums import RequirementState, Step
from apps.approvals.models import Requirement
from apps.approvals.rules.timetable import after_step, still_to_come
from apps.approvals.selectors import coming_of, contact_of, eligible_people, pace_of, snoozes_of
from apps.approvals.services.snoozing import wake
from apps.approvals.services.telling_late import tell_due, tell_escalated, tell_overdue
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor, system


@dataclass(frozen=True)
class _Chain:
    """Whom a requirement waits on, who of them put it off, and whom it goes to next."""

    people: list[User]
    snoozed: set[int]
    contact: User | None
    managers: list[User]


@transaction.atomic
def remind(*, limit: int = 200) -> int:
    """Take the steps that are due for up to ``limit`` requirements, and return how many with what it woke.

    When more than one step of a requirement is due at once, people are told once, of what is true now.
    """
    due = _claim(limit)
    able = eligible_people(due)
    snoozed = snoozes_of(requirement.pk for requirement in due)
    managers = list(people_with_role(Role.CHANGE_MANAGER)) if any(_goes_further(one) for one in due) else []
    actor = system("approvals")
    for requirement in due:
        people = able[requirement.pk]
        asleep = {snooze.user.pk for snooze in snoozed.get(requirement.pk, [])}
        _take(requirement, _Chain(people, asleep, contact_of(requirement, people), managers), actor)
    return len(due) + wake(limit=limit)


def _claim(limit: int) -> list[Requirement]:
    # Whoever waits for an answer is not hurried, and their delay is nobody's to hear of.
    waiting = Requirement.objects.filter(
        state=RequirementState.OPEN,
        paused_at=None,
        round__stands_since=None,
        next_step_at__lte=clock.now(),
    ).exclude(next_step=Step.EXPIRE)
    found = waiting.select_related("round", "team__escalation_contact").order_by("next_step_at", "pk")
    # The rounds are held too, as a signature holds its round first: so the two never wait for each other.
    return list(found.select_for_update(skip_locked=True, no_key=True, of=("self", "round"))[:limit])


def _goes_further(requirement: Requirement) -> bool:
    return bool({Step.CONTACT, Step.MANAGERS} & set(_due_steps(requirement)))


def _due_steps(requirement: Requirement) -> list[str]:
    """Return the steps whose time has passed. To give up is never among them: it follows, in a step of its own."""
    coming = still_to_come(coming_of(requirement), requirement.due_at, pace_of(requirement))
    return [one.step for one in coming if one.at <= clock.now() and one.step != Step.EXPIRE]


def _take(requirement: Requirement, chain: _Chain, actor: Actor) -> None:
    steps = _due_steps(requirement)
    if steps == [Step.REMIND]:
        # Whoever put it off is reminded when they said.
        tell_due(requirement, [user for user in chain.people if user.pk not in chain.snoozed])
    else:
        tell_overdue(requirement, chain.people, late=Step.DUE not in steps)
        told = _escalated_to(steps, chain)
        if told:
            tell_escalated(requirement, chain.people, told)
            _record(actor, requirement, told)
    coming = after_step(_last(steps, chain), clock.now(), requirement.due_at, pace_of(requirement))
    requirement.next_step, requirement.next_step_at = coming.step, coming.at
    requirement.save(update_fields=["next_step", "next_step_at", "updated_at"])


def _last(steps: Sequence[str], chain: _Chain) -> str:
    """Return the last step that was taken: Change Managers told in a contact's place are not told again."""
    return Step.MANAGERS if steps[-1] == Step.CONTACT and chain.contact is None else steps[-1]


def _escalated_to(steps: Sequence[str], chain: _Chain) -> list[User]:
    """Return whom it goes to: never to nobody, for what nobody hears of is not escalated (DESIGN 4.6)."""
    told: list[User] = []
    if Step.CONTACT in steps:
        told += [chain.contact] if chain.contact else chain.managers
    if Step.MANAGERS in steps:
        told += chain.managers
    return list({user.pk: user for user in told}.values())


def _record(actor: Actor, requirement: Requirement, told: list[User]) -> None:
    record_event(
        event="approval.escalated",
        actor=actor,
        obj=requirement.round,
        data={
            "round": requirement.round_id,
            "requirement": requirement.pk,
            "role": requirement.role,
            "component": requirement.component_key,
            "revision": requirement.round.revision,
            "due": clock.iso(requirement.due_at),
            "to": [f"person:{user.pk}" for user in told],
        },
    )
