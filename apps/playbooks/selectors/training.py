"""Courses, and how people stand with them, for whoever holds any role.

A day is one in UTC, for everybody alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from apps.accounts.enums import GrantScope
from apps.accounts.models import User
from apps.accounts.selectors import active_grants, grants_of, with_any_role
from apps.core import clock
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.playbooks.enums import Training, UseState
from apps.playbooks.models import Completion, Course, CourseVersion
from apps.playbooks.rules import (
    Difference,
    Taught,
    courses_compared,
    may_record,
    may_write_courses,
    training_on,
)
from apps.playbooks.selectors.naming import number_in


@dataclass(frozen=True)
class TrainingStanding:
    """How a person stands with a course that a role of theirs asks for.

    ``completion`` is the one that counts today, or the last one that ran out; None where there was none.
    """

    course: CourseVersion
    person: User
    training: Training
    completion: Completion | None


def today() -> date:
    """Return the day by which completions count."""
    return clock.now().date()


def courses_visible_to(user: User) -> QuerySet[CourseVersion]:
    """Return each course's version in force, retired ones last; none without a role."""
    found = CourseVersion.objects.filter(with_any_role(user), number=F("course__version"))
    return found.select_related("course__owner", "written_by").order_by("course__state", "course__number")


def courses_in_use() -> QuerySet[CourseVersion]:
    """Return the version in force of each course that people need now, for the portal's own work."""
    found = CourseVersion.objects.filter(number=F("course__version"), course__state=UseState.ACTIVE)
    return found.select_related("course").order_by("course__number")


def course_for(user: User, ref: str) -> Course | None:
    """Return a course by its reference ("TRN-1"), or None when there is none that the person may see."""
    found = Course.objects.filter(with_any_role(user), number__in=number_in(ref, Course.PREFIX))
    return found.select_related("owner", "retired_by").first()


def course_exists(ref: str) -> bool:
    """Return whether there is such a course, whoever may see it; for the record of a denial alone."""
    return Course.objects.filter(number__in=number_in(ref, Course.PREFIX)).exists()


def course_versions(course: Course) -> list[CourseVersion]:
    """Return all versions of a course, newest first, with who wrote them."""
    return list(course.versions.select_related("course__owner", "written_by"))


def course_differences(before: CourseVersion, after: CourseVersion) -> list[Difference]:
    """Return what is different between two versions of a course."""
    return courses_compared(_taught(before), _taught(after))


def _taught(version: CourseVersion) -> Taught:
    return Taught(version.title, version.teaches, tuple(version.roles), version.days, version.own_word)


def course_in_force(course: Course) -> CourseVersion:
    """Return the version in force."""
    return course.versions.select_related("course__owner", "written_by").get(number=course.version)


def completions_of(course: Course) -> QuerySet[Completion]:
    """Return who has completed a course, in any version, newest first; withdrawn ones too."""
    found = Completion.objects.filter(version__course=course)
    return found.select_related("version", "person", "recorded_by", "withdrawn_by")


def completion_for(course: Course, number: int) -> Completion | None:
    """Return a completion of a course that the person may see, by its number."""
    return completions_of(course).select_related("version__course").filter(pk=number).first()


def standings(courses: Iterable[CourseVersion]) -> list[TrainingStanding]:
    """Return how everybody stands whose role asks for one of these courses, by course and name; two queries."""
    wanted = list(courses)
    held: dict[str, dict[int, User]] = defaultdict(dict)
    asked = {role for course in wanted for role in course.roles}
    for grant in active_grants().filter(role__in=asked).select_related("user"):
        held[grant.role][grant.user_id] = grant.user
    people = {course.pk: _whom(course, held) for course in wanted}
    everyone = {pk for whom in people.values() for pk in whom}
    last = _last(wanted, everyone)
    return [
        _standing(course, user, last.get((course.course_id, user.pk)))
        for course in wanted
        for user in sorted(people[course.pk].values(), key=str)
    ]


def training_of(user: User) -> list[TrainingStanding]:
    """Return how a person stands with each course that a role of theirs asks for; three queries at most."""
    roles = {grant.role for grant in grants_of(user)}
    asked = [course for course in courses_in_use() if roles.intersection(course.roles)]
    last = _last(asked, {user.pk})
    return [_standing(course, user, last.get((course.course_id, user.pk))) for course in asked]


def _whom(course: CourseVersion, held: dict[str, dict[int, User]]) -> dict[int, User]:
    return {pk: user for role in course.roles for pk, user in held[role].items()}


def _standing(course: CourseVersion, user: User, last: Completion | None) -> TrainingStanding:
    return TrainingStanding(course, user, training_on(today(), last.runs_out_on if last else None), last)


def _last(courses: Iterable[CourseVersion], people: Collection[int]) -> dict[tuple[int, int], Completion]:
    """Return by course and person the completion that holds longest."""
    found = counting_completions().filter(
        version__course__in={each.course_id for each in courses}, person__in=people
    )
    rows = found.select_related("version").order_by("runs_out_on", "pk")
    return {(row.version.course_id, row.person_id): row for row in rows}


def counting_completions() -> QuerySet[Completion]:
    """Return what nobody has withdrawn, whether it has run out or not."""
    return Completion.objects.filter(withdrawn_at=None)


def held_on(people_and_days: Collection[tuple[int, date]]) -> set[tuple[int, date, int]]:
    """Return which of some people held which course on their days: person, day, course; one query, none for nobody."""
    if not people_and_days:
        return set()
    rows = counting_completions().filter(person__in={pk for pk, _ in people_and_days})
    spans: dict[int, list[tuple[int, date, date]]] = defaultdict(list)
    for pk, course, first, after in rows.values_list(
        "person_id", "version__course_id", "completed_on", "runs_out_on"
    ):
        spans[pk].append((course, first, after))
    return {
        (pk, day, course)
        for pk, day in people_and_days
        for course, first, after in spans[pk]
        if first <= day < after
    }


def write_courses_decision(actor: Actor) -> Decision:
    """Say whether an actor may write and retire courses. The portal's own jobs may."""
    return may_write_courses(_roles(actor)) if isinstance(actor.user, User) else ALLOWED


def record_decision(actor: Actor, course: Course) -> Decision:
    """Say whether an actor may record and withdraw who has completed a course."""
    if not isinstance(actor.user, User):
        return denied("Only a person can record who has completed a course.")
    return may_record(_roles(actor), owns=actor.user.pk == course.owner_id)


def _roles(actor: Actor) -> set[str]:
    assert isinstance(actor.user, User)
    return {grant.role for grant in grants_of(actor.user) if grant.scope == GrantScope.EVERYTHING}


def confirm_decision(actor: Actor, version: CourseVersion) -> Decision:
    """Say whether an actor may say for themself that they completed a course: who is asked to, by reading it."""
    if not isinstance(actor.user, User):
        return denied("Only a person can complete a course.")
    if not version.own_word:
        return denied(
            "Nobody records this course for themself.", f"Ask {version.course.owner}, who records it."
        )
    if active_grants().filter(Q(role__in=version.roles), user=actor.user).exists():
        return ALLOWED
    return denied("Only those whom this course is for say that they have completed it.")
