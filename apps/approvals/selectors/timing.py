"""What happens next to a decision that nobody takes, and who put one off."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from apps.accounts.models import User
from apps.approvals.enums import RequirementState, RoundState, Step
from apps.approvals.models import Requirement, Round, Snooze
from apps.approvals.rules.timetable import Coming, Pace, may_snooze, still_to_come
from apps.approvals.selectors.signing import may_sign_now
from apps.core import clock
from apps.core.decisions import Decision


def pace_of(requirement: Requirement) -> Pace:
    """Return how time is counted for a requirement."""
    return Pace(requirement.time_unit, requirement.time_zone)


def coming_of(requirement: Requirement) -> Coming:
    """Return the next step of a requirement while nobody decides."""
    return Coming(requirement.next_step, requirement.next_step_at)


def stands(requirement: Requirement) -> bool:
    """Return whether its clock stands: for a question, or because what is signed is on hold."""
    return requirement.paused_at is not None or requirement.round.stands_since is not None


def contact_of(requirement: Requirement, asked: Iterable[User]) -> User | None:
    """Return the contact of its team when there is one who works here and is not asked already; else None."""
    contact = requirement.team.escalation_contact if requirement.team else None
    if contact is None or not contact.is_active or contact.pk in {user.pk for user in asked}:
        return None
    return contact


def still_to_come_of(requirement: Requirement, contact: User | None) -> list[Coming]:
    """Return what happens to an open requirement while nobody decides, in order; nothing while its clock stands.

    Where no contact is to be told, the Change Managers are at once, and only once.
    """
    if requirement.state != RequirementState.OPEN or stands(requirement):
        return []
    found = still_to_come(coming_of(requirement), requirement.due_at, pace_of(requirement))
    if contact is None and any(one.step == Step.CONTACT for one in found):
        found = [one for one in found if one.step != Step.MANAGERS]
        found = [Coming(Step.MANAGERS, one.at) if one.step == Step.CONTACT else one for one in found]
    return found


@dataclass(frozen=True)
class PutOff:
    """A person who put a decision off, and until when."""

    user: User
    until: datetime


def snoozes_of(requirement_ids: Iterable[int]) -> dict[int, list[PutOff]]:
    """Return who put off which requirement until when; one query."""
    found: dict[int, list[PutOff]] = defaultdict(list)
    for snooze in _running().filter(requirement__in=list(requirement_ids)).select_related("user"):
        found[snooze.requirement_id].append(PutOff(snooze.user, snooze.until))
    return found


def with_snoozes(requirements: QuerySet[Requirement]) -> QuerySet[Requirement]:
    """Return requirements that know who put them off, for ``put_off_by``, without a query more."""
    running = _running().filter(requirement=OuterRef("pk"))
    said = running.values(said=JSONObject(user=F("user_id"), until=F("until")))
    return requirements.annotate(snoozed=ArraySubquery(said))


def put_off_by(requirement: Requirement, people: Iterable[User]) -> list[PutOff]:
    """Return who of these people put off a requirement that ``with_snoozes`` read."""
    named = {user.pk: user for user in people}
    said: list[dict[str, Any]] = requirement.snoozed  # type: ignore[attr-defined]
    return [
        PutOff(named[one["user"]], datetime.fromisoformat(one["until"]))
        for one in said
        if one["user"] in named
    ]


def _running() -> QuerySet[Snooze]:
    return Snooze.objects.filter(woken_at=None, until__gt=clock.now()).order_by("until", "pk")


def snooze_of(user: User, requirement: Requirement) -> Snooze | None:
    """Return a person's own snooze of a requirement that has not ended, or None."""
    return Snooze.objects.filter(requirement=requirement, user=user, woken_at=None).first()


def may_snooze_now(user: User, requirement: Requirement, until: datetime) -> Decision:
    """Return whether a person may put a requirement off until an instant, with the reason when not."""
    return may_snooze(
        may_sign=may_sign_now(user, requirement),
        until=until,
        now=clock.now(),
        due=requirement.due_at,
        paused=stands(requirement),
    )


def snoozes_to_wake() -> QuerySet[Snooze]:
    """Return the snoozes that have ended and whose people were not told."""
    return Snooze.objects.filter(woken_at=None, until__lte=clock.now()).order_by("until", "pk")


def rounds_to_expire() -> QuerySet[Round]:
    """Return the rounds in which a decision was asked of everyone in the chain, and nobody took it in time."""
    return Round.objects.filter(state=RoundState.OPEN, pk__in=_given_up().values("round"))


def given_up_in(round_: Round) -> list[Requirement]:
    """Return what nobody decided in time in a round; empty while people still have time."""
    return list(_given_up().filter(round=round_).select_related("team__escalation_contact").order_by("pk"))


def _given_up() -> QuerySet[Requirement]:
    return Requirement.objects.filter(
        state=RequirementState.OPEN,
        paused_at=None,
        round__stands_since=None,
        next_step=Step.EXPIRE,
        next_step_at__lte=clock.now(),
    )
