"""How people stand with the courses that their roles ask for."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import CharField, QuerySet, Value

from apps.accounts.models import User
from apps.insights.rules.scope import Scope
from apps.playbooks.enums import Training, UseState
from apps.playbooks.selectors import courses_visible_to, standings

_COUNTS = {
    "people": tuple(Training),
    "held": (Training.HELD, Training.SOON),
    "soon": (Training.SOON,),
    "lacking": (Training.LACKING,),
}


@dataclass(frozen=True)
class Covered:
    """The people of whom one course is asked, by what is counted of them."""

    course: str
    title: str
    people: dict[str, list[int]]

    @property
    def counts(self) -> dict[str, int]:
        return {name: len(people) for name, people in self.people.items()}


def covered(user: User, scope: Scope) -> list[Covered]:
    """Return how people stand with each course in use; three statements, and one more where a team is asked for."""
    courses = list(courses_visible_to(user).filter(course__state=UseState.ACTIVE))
    found = {
        each.pk: Covered(each.course.ref, each.title, {name: [] for name in _COUNTS}) for each in courses
    }
    team = set(_members(scope)) if scope.team else None
    for each in standings(courses):
        if team is None or each.person.pk in team:
            for name, kinds in _COUNTS.items():
                if each.training in kinds:
                    found[each.course.pk].people[name].append(each.person.pk)
    return list(found.values())


def _members(scope: Scope) -> Iterator[int]:
    return User.objects.filter(teams__slug=scope.team).values_list("pk", flat=True).iterator()


def covered_people(user: User, scope: Scope, count: str, course: str) -> QuerySet[User]:
    """Return the people behind one number of one course, in no order; ``of_course`` names it on each."""
    people = next((each.people[count] for each in covered(user, scope) if each.course == course), [])
    named = Value(course, CharField())
    return User.objects.filter(pk__in=people).annotate(of_course=named).order_by()
