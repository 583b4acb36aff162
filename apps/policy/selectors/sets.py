"""The versions of the rules: the one in force, the others, and who may write one."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import holds_any_role, holds_everywhere
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.policy.enums import SetState
from apps.policy.models import PolicySet
from apps.policy.rules import (
    FIRST_NUMBER,
    Problem,
    Rules,
    digest_of,
    document_of,
    problems_of,
    rules_from,
    starter_set,
    tried,
)


def set_in_force() -> PolicySet:
    """Return the version that judges now: the one published last, else the one the portal comes with."""
    return PolicySet.objects.filter(state=SetState.IN_FORCE).first() or _first(SetState.IN_FORCE)


def rules_in_force() -> tuple[int, Rules]:
    """Return the number of the version in force, and its rules. One query of a few bytes once they are known here."""
    found = PolicySet.objects.filter(state=SetState.IN_FORCE).values_list("number", "digest").first()
    return (FIRST_NUMBER, starter_set()) if found is None else (found[0], _published(*found))


def rules_as_of(at: datetime | None) -> tuple[int, Rules]:
    """Return the version that was in force at a moment, and its rules; the one in force now for None.

    What was submitted under one version stays under it, whatever is published since.
    """
    if at is None:
        return rules_in_force()
    published = PolicySet.objects.filter(
        state__in=(SetState.IN_FORCE, SetState.SUPERSEDED), settled_at__lte=at
    )
    found = published.order_by("-number").values_list("number", "digest").first()
    return (FIRST_NUMBER, starter_set()) if found is None else (found[0], _published(*found))


def rules_as_of_each(moments: Iterable[datetime]) -> dict[datetime, Rules]:
    """Return the rules that were in force at each of these moments. One query, once the versions are known here."""
    published = PolicySet.objects.filter(state__in=(SetState.IN_FORCE, SetState.SUPERSEDED)).order_by(
        "number"
    )
    versions = list(published.values_list("settled_at", "number", "digest"))
    found = {}
    for at in moments:
        held = [(number, digest) for since, number, digest in versions if since is not None and since <= at]
        found[at] = _published(*held[-1]) if held else starter_set()
    return found


def rules_numbered(number: int) -> Rules:
    """Return the rules of a version that is or was in force.

    Raises:
        PolicySet.DoesNotExist: there is no such version, or it was never in force.
    """
    if number == FIRST_NUMBER:
        return starter_set()
    published = PolicySet.objects.filter(state__in=(SetState.IN_FORCE, SetState.SUPERSEDED))
    return _published(number, published.only("digest").get(number=number).digest)


@lru_cache(maxsize=64)
def _published(number: int, digest: str) -> Rules:
    """Return the rules of a published version. It never changes, so it is read once."""
    return rules_from(PolicySet.objects.get(number=number, digest=digest).document)


def rules_of(policy_set: PolicySet) -> Rules:
    """Return the rules of any version, a draft among them.

    Raises:
        Invalid: what is wrong with a draft, by its places.
    """
    return rules_from(policy_set.document)


def sets_for(user: User) -> list[PolicySet]:
    """Return the versions that a person may read, newest first, each with its author; none without a role."""
    if not holds_any_role(user):
        return []
    later = list(PolicySet.objects.select_related("author"))
    return [*later, _first(_state_of_first())]


def set_for(user: User, number: int) -> PolicySet | None:
    """Return a version that a person may read, with its author, or None: whoever holds any role may."""
    if not holds_any_role(user):
        return None
    if number == FIRST_NUMBER:
        return _first(_state_of_first())
    return PolicySet.objects.select_related("author").filter(number=number).first()


def draft_for(user: User) -> PolicySet | None:
    """Return the draft in hand, as a person may read it, or None."""
    if not holds_any_role(user):
        return None
    return PolicySet.objects.select_related("author").filter(state=SetState.DRAFT).first()


def set_exists(number: int) -> bool:
    """Return whether there is such a version, whoever may read it."""
    return number == FIRST_NUMBER or PolicySet.objects.filter(number=number).exists()


def may_write_rules(actor: Actor) -> Decision:
    """Return whether an actor may write a draft: a Change Manager over everything, or a token of theirs.

    A token needs the scope for it. What it writes judges nothing until another person has signed it.
    """
    if isinstance(actor.user, User) and holds_everywhere(actor.user, Role.CHANGE_MANAGER):
        return ALLOWED
    return denied("Only a Change Manager over everything writes rules.", "Ask one of them.")


def unready(policy_set: PolicySet) -> list[Problem]:
    """Return all that keeps a draft from being published: what cannot be read, and examples that do not hold."""
    return problems_in(policy_set.document)


def problems_in(document: Any) -> list[Problem]:
    """Return all that would keep a document from being published (see ``unready``)."""
    if problems := problems_of(document):
        return problems
    rules = rules_from(document)
    found = [
        Problem(
            one.place,
            f"“{one.example.given}” should be {one.example.expected.label}, and is {one.outcome.label}.",
        )
        for one in tried(rules)
        if not one.holds
    ]
    if not found and digest_of(rules) == digest_of(rules_in_force()[1]):
        found = [Problem("document", "This says what the version in force says. Change something.")]
    return found


@lru_cache(maxsize=1)
def _starter_document() -> tuple[dict[str, Any], str]:
    return document_of(starter_set()), digest_of(starter_set())


def _state_of_first() -> SetState:
    replaced = PolicySet.objects.filter(state=SetState.IN_FORCE).exists()
    return SetState.SUPERSEDED if replaced else SetState.IN_FORCE


def _first(state: SetState) -> PolicySet:
    document, digest = _starter_document()
    return PolicySet(number=FIRST_NUMBER, document=document, digest=digest, state=state)
