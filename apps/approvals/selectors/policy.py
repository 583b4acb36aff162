"""The approval policy: the version in force, the others, and who may propose one."""

from collections.abc import Iterable
from typing import Any

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import active_people, holds_any_role, holds_everywhere
from apps.approvals.enums import PolicyState
from apps.approvals.models import PolicyVersion
from apps.approvals.rules import (
    FIRST_NUMBER,
    FIRST_POLICY,
    Allowance,
    Rule,
    Terms,
    names_in,
    numbers_in,
    rules_of,
    terms_of,
    times_of,
    with_people,
)
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.decisions import ALLOWED, Decision, denied
from apps.core.errors import Invalid

_FIRST_DIGEST = digest(FIRST_POLICY)


def policy_in_force() -> PolicyVersion:
    """Return the version that a submission asks under: the one approved last, else the one the portal comes with."""
    return PolicyVersion.objects.filter(state=PolicyState.IN_FORCE).first() or _first(PolicyState.IN_FORCE)


def policy_numbered(number: int) -> PolicyVersion | None:
    """Return a version with its author and its round, or None."""
    if number == FIRST_NUMBER:
        others = PolicyVersion.objects.filter(state=PolicyState.IN_FORCE).exists()
        return _first(PolicyState.SUPERSEDED if others else PolicyState.IN_FORCE)
    return PolicyVersion.objects.select_related("author", "round").filter(number=number).first()


def policy_for(user: User, number: int) -> PolicyVersion | None:
    """Return a version that a person may read, or None: whoever holds any role may."""
    return policy_numbered(number) if holds_any_role(user) else None


def policy_versions(user: User) -> list[PolicyVersion]:
    """Return the versions that a person may read, newest first, each with its author; none without a role."""
    if not holds_any_role(user):
        return []
    later = list(PolicyVersion.objects.select_related("author", "round"))
    replaced = any(version.state == PolicyState.IN_FORCE for version in later)
    return [*later, _first(PolicyState.SUPERSEDED if replaced else PolicyState.IN_FORCE)]


def rules_in(version: PolicyVersion) -> tuple[Rule, ...]:
    """Return the rules of a version, in order."""
    return rules_of(version.document)


def times_in(version: PolicyVersion) -> dict[str, Allowance]:
    """Return how long people get to sign under a version, by class."""
    return times_of(version.document)


def terms_in(version: PolicyVersion) -> Terms:
    """Return how signatures are given under a version."""
    return terms_of(version.document)


def may_propose_policy(actor: Actor) -> Decision:
    """Return whether an actor may propose a version: a Change Manager over everything, in person."""
    user = actor.user if actor.kind == "person" else None
    if isinstance(user, User) and holds_everywhere(user, Role.CHANGE_MANAGER):
        return ALLOWED
    return denied("Only a Change Manager over everything proposes approval rules.", "Ask one of them.")


def policy_as_kept(document: Any) -> tuple[Any, tuple[Rule, ...]]:
    """Return a document as it is kept, with active people by number, and its rules.

    Raises:
        Invalid: what is wrong with it, by its places.
    """
    names = names_in(document)
    known = (
        {user.username: f"person:{user.pk}" for user in active_people().filter(username__in=names)}
        if names
        else {}
    )
    if unknown := sorted(names - known.keys()):
        raise Invalid({"document": [f"Nobody active has the user name {', '.join(unknown)[:200]}."]})
    kept = with_people(document, known)
    return kept, rules_of(kept)


def document_by_name(document: Any) -> Any:
    """Return a document with people by user name, as it is read and edited."""
    return with_people(
        document, {f"person:{user.pk}": user.username for user in _people(numbers_in(document))}
    )


def people_named(rules: Iterable[Rule]) -> dict[int, User]:
    """Return the people whom rules name, by number; one query, none when they name nobody."""
    return {user.pk: user for user in _people({pk for rule in rules for pk in rule.quorum.people})}


def _people(numbers: set[int]) -> Iterable[User]:
    return User.objects.filter(pk__in=numbers) if numbers else ()


def _first(state: PolicyState) -> PolicyVersion:
    return PolicyVersion(number=FIRST_NUMBER, document=FIRST_POLICY, digest=_FIRST_DIGEST, state=state)
