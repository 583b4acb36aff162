"""Who completed which course: recorded, or said by oneself; withdrawn with a reason; reminded of in time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Conflict, Invalid, PolicyBlocked, Stale
from apps.outbox.services import notify
from apps.playbooks.enums import UseState
from apps.playbooks.models import Completion, Course, CourseVersion
from apps.playbooks.rules import cleaned, reminder_due, wrong_with_completion
from apps.playbooks.selectors import (
    confirm_decision,
    counting_completions,
    course_in_force,
    courses_in_use,
    record_decision,
    standings,
    today,
)
from apps.playbooks.services import versioned
from apps.playbooks.services.reasons import reason_in

MOST_PEOPLE = 200


@transaction.atomic
def record_completions(
    *, actor: Actor, course: Course, people: Sequence[User], completed_on: date, evidence: str = ""
) -> list[Completion]:
    """Record that people completed a course on a day; all of them, or none. ``evidence`` is an address or a SHA-256.

    Raises:
        Forbidden: the actor is neither the course's owner nor a Change Manager over everything.
        PolicyBlocked: the course is retired.
        Invalid: nobody is named, or the actor themself, or somebody who is recorded for that day already
            (``people``); the day (``completed_on``) or the evidence (``evidence``) cannot be taken.
    """
    record_decision(actor, course).require()
    proof = cleaned(evidence, lines=False)
    problems = wrong_with_completion(completed_on, proof, today())
    if problem := _wrong_with_people(actor, people):
        problems["people"] = [problem]
    if problems:
        raise Invalid(problems)
    version = _in_use(course)
    there = counting_completions().filter(
        version__course=course, completed_on=completed_on, person__in=people
    )
    if (twice := there.select_related("person").first()) is not None:
        raise Invalid({"people": [f"{twice.person} is recorded for this day already."]})
    return [_recorded(actor, version, user, completed_on, proof) for user in people]


def _wrong_with_people(actor: Actor, people: Sequence[User]) -> str:
    if not people:
        return "Choose who completed it."
    if len(people) > MOST_PEOPLE:
        return f"Record {MOST_PEOPLE} people at a time at most."
    if actor.user in people:
        return (
            "Nobody records a course for themself. Ask another Change Manager or the owner to record yours."
        )
    gone = next((user for user in people if not user.is_active), None)
    return f"{gone} no longer works here." if gone else ""


@transaction.atomic
def confirm_course(*, actor: Actor, course: Course, version: int) -> Completion:
    """Keep that the actor says to have read a course today. Twice on one day is once.

    Raises:
        Forbidden: somebody else records this course, or it is not for the actor.
        PolicyBlocked: it is retired.
        Stale: another version is in force than the one that they read.
    """
    current = _in_use(course)
    confirm_decision(actor, current).require()
    assert isinstance(actor.user, User)
    if current.number != version:
        raise Stale(f"Version {current.number} is in force now.", remedy="Read what is new in it.")
    there = counting_completions().filter(version__course=course, person=actor.user, completed_on=today())
    return there.first() or _recorded(actor, current, actor.user, today(), "")


def _in_use(course: Course) -> CourseVersion:
    locked = versioned.held(course)
    if locked.state == UseState.RETIRED:
        raise PolicyBlocked("This course is retired, so nobody completes it any more.")
    return course_in_force(locked)


def _recorded(actor: Actor, version: CourseVersion, user: User, day: date, evidence: str) -> Completion:
    assert isinstance(actor.user, User)
    made = Completion.objects.create(
        version=version,
        person=user,
        completed_on=day,
        runs_out_on=day + timedelta(days=version.days),
        evidence=evidence,
        recorded_by=actor.user,
        recorded_at=clock.now(),
    )
    _say("course.completed", actor, made, {"evidence": evidence} if evidence else {})
    return made


def _say(event: str, actor: Actor, completion: Completion, private: dict[str, str]) -> None:
    version = completion.version
    data = {
        "completion": completion.pk,
        "person": f"person:{completion.person_id}",
        "version": version.number,
        "digest": version.digest,
        "completed_on": completion.completed_on.isoformat(),
        "runs_out_on": completion.runs_out_on.isoformat(),
    }
    record_event(event=event, actor=actor, obj=version.course, data=data, private=private)


@transaction.atomic
def withdraw_completion(*, actor: Actor, completion: Completion, reason: str) -> Completion:
    """Take a completion back, as if it had never counted. It stays on record, with why.

    Raises:
        Forbidden: the actor is neither the course's owner nor a Change Manager over everything.
        Invalid: there is no reason (``reason``).
        Conflict: it is withdrawn already.
    """
    record_decision(actor, completion.version.course).require()
    text = reason_in(reason, "reason", "Say why it does not count.")
    found = Completion.objects.select_related("version__course").select_for_update(of=("self",))
    held = found.get(pk=completion.pk)
    if held.withdrawn_at is not None:
        raise Conflict("Somebody has withdrawn this already.", remedy="Look at who, and why.")
    assert isinstance(actor.user, User)
    held.withdrawn_reason, held.withdrawn_at, held.withdrawn_by = text, clock.now(), actor.user
    held.save(update_fields=["withdrawn_reason", "withdrawn_at", "withdrawn_by"])
    _say("course.completion_withdrawn", actor, held, {"reason": text})
    return held


@transaction.atomic
def remind_of_training(*, actor: Actor) -> int:  # noqa: ARG001
    """Tell people once 30 days, and once 7 days, before a course that they need runs out; return how many it does."""
    told = 0
    for each in standings(courses_in_use()):
        last = each.completion
        due = reminder_due(today(), last.runs_out_on) if last is not None else None
        if due is None or last is None:
            continue
        told += 1
        course, until = each.course.course, f"{last.runs_out_on:%-d %B %Y}"
        notify(
            user=each.person,
            rule="training.ending",
            subject=course.ledger_ref(),
            due=datetime.combine(due, time(), UTC),
            title=f"{course.ref} runs out on {until}: {each.course.title}",
            body=f"A role of yours asks for this course. What you completed counts until {until}. Complete it again.",
            url=f"/training/{course.ref}/",
        )
    return told
