"""A course for tests, and who completed it."""

from datetime import date, timedelta
from typing import Any

from apps.accounts.models import User
from apps.core.actors import person
from apps.playbooks.models import Completion, Course
from apps.playbooks.rules import Taught
from apps.playbooks.selectors import today
from apps.playbooks.services import add_course, record_completions

TAUGHT = Taught(
    title="Validating a model",
    teaches="Read the **guide**. <script>alert(1)</script>",
    roles=("validator",),
    days=365,
)


def a_course(manager: User, owner: User | None = None, **parts: Any) -> Course:
    """Add a course for validators, or as told."""
    return add_course(actor=person(manager), taught=Taught(**(vars(TAUGHT) | parts)), owner=owner or manager)


def completed(by: User, course: Course, *people: User, ago: int = 10) -> list[Completion]:
    """Record that people completed a course so many days ago."""
    day: date = today() - timedelta(days=ago)
    return record_completions(actor=person(by), course=course, people=people, completed_on=day)
