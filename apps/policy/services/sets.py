"""Versions of the rules: written as a draft, put in force once its digest was approved."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, Invalid, Stale
from apps.policy.enums import SetState
from apps.policy.models import PolicySet
from apps.policy.rules import FIRST_NUMBER, by_place, document_of, problems_of, rules_from, unkeepable
from apps.policy.selectors import may_write_rules, set_in_force, unready

LONGEST_REASON = 2_000
_RELOAD = "Reload the page and look again."


@transaction.atomic
def start_draft(*, actor: Actor, reason: str) -> PolicySet:
    """Begin the next version as a copy of the one in force.

    Raises:
        Forbidden: the actor is not a Change Manager over everything.
        Invalid: no reason. Conflict: another draft is in hand.
    """
    author = _writer(actor)
    _check({"reason": _reason_problems(reason)})
    current = set_in_force()
    draft = PolicySet(
        number=(PolicySet.objects.aggregate(last=Max("number"))["last"] or FIRST_NUMBER) + 1,
        document=current.document,
        digest=current.digest,
        reason=reason.strip(),
        author=author,
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("Another draft of the rules is in hand.", remedy="Go on with that one.") from error
    draft.writers.add(author)
    _record("rules.begun", actor, draft)
    return draft


@transaction.atomic
def write_draft(*, actor: Actor, policy_set: PolicySet, document: Any, reason: str, seen: str) -> PolicySet:
    """Keep what a draft says now. It may hold rules that cannot be read yet (see ``unready``).

    ``seen`` is the digest of the draft that the writer looked at.

    Raises:
        Forbidden: as for ``start_draft``.
        Invalid: at ``document`` when it is no JSON object that can be kept, at ``reason`` without one.
        Stale: it is no draft, or somebody has written on it since.
    """
    writer = _writer(actor)
    _check({"document": unkeepable(document), "reason": _reason_problems(reason)})
    held = _held_draft(policy_set)
    if held.digest != seen:
        raise Stale("Somebody has written on this draft since you opened it.", remedy=_RELOAD)
    held.document = document if problems_of(document) else document_of(rules_from(document))
    held.digest = digest(held.document)
    held.reason = reason.strip()
    held.save(update_fields=["document", "digest", "reason", "updated_at"])
    held.writers.add(writer)
    _record("rules.written", actor, held)
    return held


@transaction.atomic
def withdraw_draft(*, actor: Actor, policy_set: PolicySet) -> PolicySet:
    """Give a draft up.

    Raises:
        Forbidden: as for ``start_draft``. Stale: it is no draft.
    """
    _writer(actor)
    return _settle(actor, _held_draft(policy_set), SetState.WITHDRAWN, "rules.withdrawn")


@transaction.atomic
def publish_set(*, actor: Actor, policy_set: PolicySet, approved: str) -> PolicySet:
    """Put a draft in force, in place of the version before it. What was judged under that one stays so.

    ``approved`` is the digest that people signed: who they are, and that they did, is asked by the floor above, whose
    round calls this in the transaction of its last signature.

    Raises:
        Stale: it is no draft, or says something else than what was approved.
        Invalid: what keeps it from being published, by its places.
    """
    held = _held_draft(policy_set)
    if held.digest != approved or digest(held.document) != approved:
        raise Stale("The draft is not what was approved.", remedy="Ask for its approval again.")
    if problems := unready(held):
        raise Invalid(by_place(problems))
    PolicySet.objects.filter(state=SetState.IN_FORCE).update(
        state=SetState.SUPERSEDED, superseded_at=clock.now()
    )
    return _settle(actor, held, SetState.IN_FORCE, "rules.published")


def _writer(actor: Actor) -> User:
    decision = may_write_rules(actor)
    decision.require()
    if not isinstance(actor.user, User):
        raise Forbidden(decision.reason)
    return actor.user


def _held_draft(policy_set: PolicySet) -> PolicySet:
    held = PolicySet.objects.select_for_update().get(pk=policy_set.pk)
    if held.state != SetState.DRAFT:
        raise Stale(f"Version {held.number} is {held.get_state_display().lower()}.", remedy=_RELOAD)
    return held


def _settle(actor: Actor, held: PolicySet, state: SetState, event: str) -> PolicySet:
    held.state = state
    held.settled_at = clock.now()
    held.save(update_fields=["state", "settled_at", "updated_at"])
    _record(event, actor, held)
    return held


def _record(event: str, actor: Actor, held: PolicySet) -> None:
    record_event(
        event=event,
        actor=actor,
        obj=held,
        data={"version": held.number, "digest": held.digest},
        private={"reason": held.reason},
    )


def _reason_problems(reason: str) -> list[str]:
    if not reason.strip():
        return ["Say why these rules should change."]
    if "\x00" in reason:
        return ["Take out the null character: it cannot be stored."]
    if len(reason) > LONGEST_REASON:
        return [f"Shorten this to {LONGEST_REASON:,} characters. It has {len(reason):,}."]
    return []


def _check(problems: dict[str, list[str]]) -> None:
    found = {name: said for name, said in problems.items() if said}
    if found:
        raise Invalid(found)
