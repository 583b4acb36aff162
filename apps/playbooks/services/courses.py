"""Courses: added, written in versions, retired with a reason. None is ever deleted."""

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Invalid
from apps.outbox.services import notify
from apps.playbooks.enums import Training
from apps.playbooks.models import Course, CourseVersion
from apps.playbooks.rules import Taught, wrong_with_course
from apps.playbooks.selectors import course_in_force, standings, write_courses_decision
from apps.playbooks.services import versioned
from apps.playbooks.services.numbers import next_number
from apps.playbooks.services.reasons import reason_in


@transaction.atomic
def add_course(*, actor: Actor, taught: Taught, owner: User) -> Course:
    """Add a course, in its first version, and tell everybody whom it is for.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        Invalid: something is missing or cannot be taken, at its field.
    """
    write_courses_decision(actor).require()
    said = _fit(taught, owner)
    course = Course(number=next_number(Course), owner=owner)
    course.save(force_insert=True)
    version = _written(actor, course, said, "")
    record_event(event="course.added", actor=actor, obj=course, data=_facts(version))
    ask_to_complete(version)
    return course


@transaction.atomic
def write_course(
    *, actor: Actor, course: Course, taught: Taught, owner: User, note: str, version: int | None = None
) -> Course:
    """Write the next version of a course. Whoever completed one before it holds the course as long as it said then.

    Args:
        note: what is new, and why.
        version: the number of the version that the person read; the one in force when it is not given.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        PolicyBlocked: the course is retired.
        Stale: somebody wrote a newer version in the meantime.
        Invalid: something cannot be taken, nothing is new (``title``), or the note is missing (``note``).
    """
    write_courses_decision(actor).require()
    said = _fit(taught, owner)
    text = reason_in(note, "note", "Say what is new, and why.")
    held = versioned.held_to_write(course, version)
    if course_in_force(held).digest == digest(said.content()) and held.owner_id == owner.pk:
        raise Invalid({"title": ["Nothing is different from the version in force."]})
    held.version += 1
    held.owner = owner
    held.save(update_fields=["version", "owner", "updated_at"])
    written = _written(actor, held, said, text)
    record_event(event="course.written", actor=actor, obj=held, data=_facts(written), private={"note": text})
    return held


@transaction.atomic
def retire_course(*, actor: Actor, course: Course, reason: str) -> Course:
    """Retire a course: nobody needs it any more. Who completed it stays on record.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        Invalid: there is no reason (``reason``).
        IllegalTransition: it is retired already.
    """
    write_courses_decision(actor).require()
    text = reason_in(reason, "reason", "Say why nobody needs it any more, and what to do instead.")
    return versioned.retire(actor, course, text)


def ask_to_complete(version: CourseVersion) -> None:
    """Tell each person whom a course is for, and who lacks it, that it is there."""
    course = version.course
    for each in standings([version]):
        if each.training == Training.LACKING:
            notify(
                user=each.person,
                rule="training.asked",
                subject=course.ledger_ref(),
                due=version.written_at,
                title=f"Complete {course.ref}: {version.title}",
                body=f"A role of yours asks for this course. It counts for {version.days:,} days.",
                url=f"/training/{course.ref}/",
            )


def _fit(taught: Taught, owner: User) -> Taught:
    said = taught.cleaned()
    problems = wrong_with_course(said)
    if not owner.is_active:
        problems["owner"] = [f"{owner} no longer works here. Name somebody who does."]
    if problems:
        raise Invalid(problems)
    return said


def _written(actor: Actor, course: Course, taught: Taught, note: str) -> CourseVersion:
    return CourseVersion.objects.create(
        title=taught.title,
        teaches=taught.teaches,
        roles=list(taught.roles),
        days=taught.days,
        own_word=taught.own_word,
        digest=digest(taught.content()),
        note=note,
        **versioned.stamp(actor, course),
    )


def _facts(version: CourseVersion) -> dict[str, object]:
    return {
        "version": version.number,
        "digest": version.digest,
        "roles": version.roles,
        "days": version.days,
        "owner": f"person:{version.course.owner_id}",
    }
