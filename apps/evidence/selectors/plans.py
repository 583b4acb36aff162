"""The plan of checks: the version in force, one by number, and who may propose another."""

from dataclasses import dataclass
from functools import cache, lru_cache

from django.db.models import QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import holds_everywhere, with_any_role
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.decisions import ALLOWED, Decision, denied
from apps.evidence.enums import PlanState
from apps.evidence.models import CheckPlan
from apps.evidence.rules.checks import Plan, plan_from

FIRST_NUMBER = 1
FIRST = Plan()
"""The plan that the portal comes with asks for nothing: an organisation says what it wants measured."""


@dataclass(frozen=True)
class PlanInForce:
    """A version of the plan: its number, the digest of its document, and what it says."""

    number: int
    digest: str
    plan: Plan


def plan_in_force() -> PlanInForce:
    """Return the version in force. One query of a few bytes once it is known here."""
    found = CheckPlan.objects.filter(state=PlanState.IN_FORCE).values_list("number", "digest").first()
    return first_plan() if found is None else plan_published(*found)


def plan_numbered(number: int) -> PlanInForce:
    """Return a version by its number, whatever became of it since.

    Raises:
        CheckPlan.DoesNotExist: there is none.
    """
    return first_plan() if number == FIRST_NUMBER else _as_kept(CheckPlan.objects.get(number=number))


def plans_for(user: User) -> QuerySet[CheckPlan]:
    """Return the versions that a person may see, the newest first: everyone with a role reads what is asked."""
    return CheckPlan.objects.filter(with_any_role(user)).select_related("author")


def propose_decision(actor: Actor) -> Decision:
    """Return whether an actor may propose a version of the plan."""
    if (
        actor.kind == "person"
        and isinstance(actor.user, User)
        and holds_everywhere(actor.user, Role.CHANGE_MANAGER)
    ):
        return ALLOWED
    return denied("Only a Change Manager over everything proposes what is checked.", "Ask one of them.")


@cache
def first_plan() -> PlanInForce:
    """Return version 1, which has no row."""
    return PlanInForce(FIRST_NUMBER, digest(FIRST.document()), FIRST)


@lru_cache(maxsize=64)
def plan_published(number: int, digest: str) -> PlanInForce:
    """Return a version by its number and the digest of its document. It never changes, so it is read once."""
    return _as_kept(CheckPlan.objects.get(number=number, digest=digest))


def _as_kept(found: CheckPlan) -> PlanInForce:
    return PlanInForce(found.number, found.digest, plan_from(found.document))
