"""Courses and completions: who holds what until when, who may say so, and who is reminded."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core import actors, clock
from apps.core.actors import person
from apps.core.errors import Conflict, Forbidden, Invalid, PolicyBlocked, Stale
from apps.outbox.models import Notification
from apps.playbooks.enums import Training
from apps.playbooks.models import Completion, Course, CourseVersion
from apps.playbooks.rules import Taught
from apps.playbooks.selectors import (
    course_for,
    course_in_force,
    courses_in_use,
    courses_visible_to,
    held_on,
    standings,
    today,
    training_of,
)
from apps.playbooks.services import (
    add_course,
    confirm_course,
    record_completions,
    remind_of_training,
    retire_course,
    withdraw_completion,
    write_course,
)
from tests.people import add_person
from tests.playbooks.training import TAUGHT, a_course, completed

pytestmark = pytest.mark.django_db


@pytest.fixture
def leila() -> User:
    return add_person("leila", "change_manager")


@pytest.fixture
def tomasz() -> User:
    return add_person("tomasz", "validator")


@pytest.fixture
def course(leila: User, tomasz: User) -> Course:
    return a_course(leila)


def stands(course: Course) -> dict[str, str]:
    return {each.person.username: each.training for each in standings([course_in_force(course)])}


def taught(**parts: object) -> Taught:
    return Taught(**(vars(TAUGHT) | parts))


def test_course_is_added_written_and_retired_with_an_entry_each(course: Course, leila: User) -> None:
    who = person(leila)
    write_course(actor=who, course=course, taught=taught(days=30), owner=leila, note="Shorter.", version=1)
    retire_course(actor=who, course=course, reason="The exam replaces it.")
    found = AuditEvent.objects.filter(object_type="course", object_id="TRN-1").order_by("pk")
    assert [entry.event for entry in found] == ["course.added", "course.written", "course.retired"]
    assert list(courses_in_use()) == []
    with pytest.raises(PolicyBlocked):
        write_course(actor=who, course=course, taught=taught(days=60), owner=leila, note="Longer.")
    with pytest.raises(PolicyBlocked):
        completed(leila, course, add_person("ines", "validator"))
    for held in (CourseVersion.objects.all(),):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            held.update(title="x")


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"teaches": "\0"}, "teaches"),
        ({"teaches": "x" * 15_001}, "teaches"),
        ({"roles": ("no-such",)}, "roles"),
        ({"days": 0}, "days"),
        ({"days": 3651}, "days"),
    ],
)
def test_course_that_cannot_be_taken_says_where_and_leaves_nothing(
    leila: User, parts: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add_course(actor=person(leila), taught=taught(**parts), owner=leila)
    assert list(refused.value.fields) == [field]
    assert not Course.objects.exists()


def test_write_when_nothing_is_new_or_somebody_was_faster_is_refused(course: Course, leila: User) -> None:
    who = person(leila)
    with pytest.raises(Invalid):
        write_course(actor=who, course=course, taught=TAUGHT, owner=leila, note="Again.")
    ines = add_person("ines", "owner")
    write_course(actor=who, course=course, taught=TAUGHT, owner=ines, note="Ines owns it.")
    with pytest.raises(Stale):
        write_course(actor=who, course=course, taught=taught(days=9), owner=ines, note="x", version=1)
    assert course_in_force(Course.objects.get()).course.owner == ines


def test_completion_counts_from_its_day_until_before_the_day_it_runs_out(
    course: Course, leila: User, tomasz: User
) -> None:
    assert stands(course) == {"tomasz": Training.LACKING}
    [made] = completed(leila, course, tomasz, ago=0)
    first, after = made.completed_on, made.runs_out_on
    assert after - first == timedelta(days=365)
    days = [first - timedelta(days=1), first, after - timedelta(days=1), after]
    found = held_on([(tomasz.pk, day) for day in days])
    assert {day for _, day, _ in found} == set(days[1:3])
    for left, expected in ((31, "held"), (30, "soon"), (1, "soon"), (0, "lacking")):
        with clock.moved_to(datetime.combine(after, datetime.min.time(), UTC) - timedelta(days=left)):
            assert stands(course) == {"tomasz": expected}
            assert [each.training for each in training_of(tomasz)] == [expected]


def test_newest_end_counts_and_a_withdrawn_completion_never_does(
    course: Course, leila: User, tomasz: User
) -> None:
    completed(leila, course, tomasz, ago=350)
    write_course(actor=person(leila), course=course, taught=taught(days=700), owner=leila, note="Longer.")
    [longer] = completed(leila, course, tomasz, ago=360)
    assert stands(course) == {"tomasz": "held"}
    withdraw_completion(actor=person(leila), completion=longer, reason="Another Tomasz.")
    assert stands(course) == {"tomasz": "soon"}
    with pytest.raises(Conflict):
        withdraw_completion(actor=person(leila), completion=longer, reason="Again.")
    entry = AuditEvent.objects.get(event="course.completion_withdrawn")
    said = bytes(entry.entry).decode()
    assert f"person:{tomasz.pk}" in said
    assert "Another" not in said
    held = Completion.objects.filter(pk=longer.pk)
    for act in (lambda: held.update(runs_out_on=today()), held.delete):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            act()


def test_completions_are_recorded_all_or_none_and_never_of_oneself(
    course: Course, leila: User, tomasz: User
) -> None:
    ines = add_person("ines", "validator")
    gone = add_person("gone")
    gone.is_active = False
    gone.save()
    completed(leila, course, ines)
    day = today() - timedelta(days=10)
    for people, on, evidence, field in (
        ([], day, "", "people"),
        ([tomasz, leila], day, "", "people"),
        ([tomasz, gone], day, "", "people"),
        ([tomasz, ines], day, "", "people"),
        ([tomasz], today() + timedelta(days=1), "", "completed_on"),
        ([tomasz], day, "javascript:alert(1)", "evidence"),
        ([tomasz], day, "https://", "evidence"),
        ([tomasz], day, "AB" * 32, "evidence"),
    ):
        with pytest.raises(Invalid) as refused:
            record_completions(
                actor=person(leila), course=course, people=people, completed_on=on, evidence=evidence
            )
        assert list(refused.value.fields) == [field]
    assert Completion.objects.count() == 1
    proof = {"completed_on": today(), "evidence": "ab" * 32}
    made = record_completions(actor=person(leila), course=course, people=[tomasz, ines], **proof)
    assert [each.evidence for each in made] == ["ab" * 32] * 2
    assert AuditEvent.objects.filter(event="course.completed").count() == 3


def test_completion_is_recorded_by_the_owner_or_a_manager_alone(leila: User, tomasz: User) -> None:
    ines = add_person("ines", "owner")
    course = a_course(leila, owner=ines)
    assert len(completed(ines, course, tomasz)) == 1
    stranger = add_person("nobody")
    assert (course_for(stranger, "TRN-1"), courses_visible_to(stranger).count()) == (None, 0)
    for act in (
        lambda: completed(tomasz, course, ines),
        lambda: withdraw_completion(actor=person(tomasz), completion=Completion.objects.get(), reason="x"),
        lambda: confirm_course(actor=person(tomasz), course=course, version=1),
        lambda: retire_course(actor=person(ines), course=course, reason="x"),
        lambda: a_course(ines),
    ):
        with pytest.raises(Forbidden):
            act()


def test_course_of_ones_own_word_is_confirmed_once_a_day_by_whom_it_is_for(leila: User, tomasz: User) -> None:
    course = a_course(leila, own_word=True)
    with pytest.raises(Forbidden):
        confirm_course(actor=person(leila), course=course, version=1)
    with pytest.raises(Stale):
        confirm_course(actor=person(tomasz), course=course, version=2)
    made = [confirm_course(actor=person(tomasz), course=course, version=1) for _ in range(2)]
    assert made[0] == made[1]
    assert stands(course) == {"tomasz": "held"}


def test_person_is_reminded_once_30_and_once_7_days_before_it_runs_out(
    course: Course, leila: User, tomasz: User
) -> None:
    watch = actors.system("training")
    completed(leila, course, tomasz, ago=0)
    assert remind_of_training(actor=watch) == 0
    start = clock.now()
    for day in (334, 335, 340, 358, 359, 364, 365, 400):
        with clock.moved_to(start + timedelta(days=day)):
            remind_of_training(actor=watch)
    told = Notification.objects.filter(user=tomasz, rule="training.ending").order_by("due")
    assert [(note.due.date() - start.date()).days for note in told] == [335, 358]
    asked = Notification.objects.filter(rule="training.asked")
    assert [note.user for note in asked] == [tomasz]
