"""Putting a decision off until a day, and being told then."""

from datetime import datetime

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement, Round, Snooze
from apps.approvals.selectors import may_snooze_now, snooze_of, snoozes_to_wake
from apps.approvals.services.telling_late import tell_awake
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden


@transaction.atomic
def snooze(*, actor: Actor, requirement: Requirement, until: datetime) -> Snooze:
    """Put a decision off until an instant, which is before it is due. It stops no clock, and others see it.

    A second one takes the place of the first.

    Raises:
        Forbidden: the actor may not sign it, it is overdue or paused, or ``until`` is past or not before it is due.
    """
    person = _person(actor)
    asked = _held(requirement)
    may_snooze_now(person, asked, until).require()
    earlier = snooze_of(person, asked)
    if earlier is not None and earlier.until == until:
        return earlier
    _end(earlier)
    made = Snooze.objects.create(requirement=asked, user=person, until=until)
    _record("approval.snoozed", actor, asked, until)
    return made


@transaction.atomic
def end_snooze(*, actor: Actor, requirement: Requirement) -> bool:
    """Take a decision back into one's inbox before the day, and return whether it was put off."""
    person = _person(actor)
    asked = _held(requirement)
    running = snooze_of(person, asked)
    if running is None:
        return False
    _end(running)
    _record("approval.snooze_ended", actor, asked, running.until)
    return True


def wake(*, limit: int = 200) -> int:
    """Tell people of up to ``limit`` decisions that they put off until now, and return how many. Each is told once.

    It is a part of ``remind``, in its transaction.
    """
    due = snoozes_to_wake().select_related("user", "requirement__round")
    ended = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
    for one in ended:
        _end(one)
        if one.user.is_active and one.requirement.state == RequirementState.OPEN:
            tell_awake(one)
    return len(ended)


def _held(requirement: Requirement) -> Requirement:
    """Hold the round, as a signature does, so that nothing is put off that is decided at the same moment."""
    round_ = Round.objects.select_for_update().get(pk=requirement.round_id)
    asked = Requirement.objects.get(pk=requirement.pk)
    asked.round = round_
    return asked


def _end(snooze: Snooze | None) -> None:
    if snooze is not None:
        snooze.woken_at = clock.now()
        snooze.save(update_fields=["woken_at", "updated_at"])


def _person(actor: Actor) -> User:
    if actor.kind != "person" or not isinstance(actor.user, User):
        raise Forbidden("Only a person, signed in, can put a decision off.")
    return actor.user


def _record(event: str, actor: Actor, asked: Requirement, until: datetime) -> None:
    record_event(
        event=event,
        actor=actor,
        obj=asked.round,
        data={
            "requirement": asked.pk,
            "role": asked.role,
            "component": asked.component_key,
            "revision": asked.round.revision,
            "until": clock.iso(until),
        },
    )
