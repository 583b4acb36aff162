"""The courses of the demo organisation: one runs out soon, and one is lacking."""

from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.core import clock
from apps.core.actors import Actor
from apps.playbooks.rules import Taught
from apps.playbooks.services import add_course, confirm_course, record_completions
from demo.signing import actor

_VALIDATING = Taught(
    "Validating models that decide about people",
    "Two days in the classroom. You can then\n\n- judge whether a test set speaks for the people who are scored,\n"
    "- read an interval, and say when a difference is none,\n- say **no**, and why, in words that a court can read.\n",
    ("validator",),
    365,
)
_SIGNING = Taught(
    "What your signature means",
    "You sign one digest. It says that **you** judged what your role judges, and nothing else.\n\n"
    "Look at what changed since you last looked. Ask before you sign, not after.\n",
    ("sponsor", "owner"),
    730,
    own_word=True,
)
_DATA = Taught(
    "Data about persons",
    "One day. You know which data is personal, on what ground it may be used, and whom to ask.\n",
    ("steward",),
    365,
)


def write_training(now: datetime, manager: Actor) -> None:
    """Have a manager write three courses, and people complete them."""
    leila, tomasz = _person("leila.haddad"), _person("tomasz.wojcik")
    with clock.moved_to(now - timedelta(days=345)):
        validating = add_course(actor=manager, taught=_VALIDATING, owner=leila)
        signing = add_course(actor=manager, taught=_SIGNING, owner=leila)
        data = add_course(actor=manager, taught=_DATA, owner=tomasz)
    day = (now - timedelta(days=340)).date()
    with clock.moved_to(now - timedelta(days=339)):
        record_completions(
            actor=manager, course=validating, people=[tomasz], completed_on=day,
            evidence="https://learning.northgate.example/sessions/118",
        )  # fmt: skip
    with clock.moved_to(now - timedelta(days=100)):
        stewards = [_person(name) for name in ("mei-lin.zhao", "ruth.adeyemi")]
        record_completions(actor=manager, course=data, people=stewards, completed_on=clock.now().date())
        for name in ("henrik.lindqvist", "priya.raghunathan", "sofia.marchetti"):
            confirm_course(actor=actor(name), course=signing, version=1)


def _person(username: str) -> User:
    return User.objects.get(username=username)
