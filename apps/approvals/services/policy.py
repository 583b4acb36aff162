"""Versions of the approval policy: proposed by a Change Manager, approved by someone else, then in force."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.approvals.enums import PolicyState, RoundState
from apps.approvals.models import PolicyVersion, Round
from apps.approvals.rules import FIRST_NUMBER, Subject
from apps.approvals.selectors import may_propose_policy, policy_as_kept, policy_in_force
from apps.approvals.services.rounds import close_round
from apps.approvals.services.versions import ask_another_manager
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, Invalid, Stale

SUBJECT = "policy"
LONGEST_REASON = 2000


@transaction.atomic
def propose_policy(*, actor: Actor, document: Any, reason: str) -> PolicyVersion:
    """Propose a version, and ask for its approval. Nothing changes until someone else has signed it.

    Another Change Manager over everything is asked; where there is none, a Change Sponsor.

    Raises:
        Forbidden: the actor is not a Change Manager over everything, in person.
        Invalid: what is wrong with the document, by its places; or no reason.
        Conflict: another version is out for approval.
        PolicyBlocked: nobody else is there who may approve it.
    """
    decision = may_propose_policy(actor)
    if not decision or not isinstance(actor.user, User):
        raise Forbidden(decision.reason, remedy=decision.remedy)
    kept = _checked(document, reason)
    version = PolicyVersion(
        number=_next_number(), document=kept, digest=digest(kept), reason=reason.strip(), author=actor.user
    )
    _insert(version)
    record_event(
        event="policy.proposed",
        actor=actor,
        obj=version,
        data={"version": version.number, "digest": version.digest},
        private={"reason": version.reason},
    )
    version.round = ask_another_manager(
        actor=actor,
        subject=Subject(SUBJECT, version.ref, str(version), f"/policy/{version.ref}/"),
        digest=version.digest,
        question="Should these rules decide who signs what?",
        author=actor.user,
    )
    version.save(update_fields=["round", "updated_at"])
    return version


def _checked(document: Any, reason: str) -> Any:
    """Return the document as it is kept, or raise Invalid with all that is wrong."""
    problems: dict[str, list[str]] = {}
    kept = document
    try:
        kept, _ = policy_as_kept(document)
    except Invalid as error:
        problems |= error.fields
    if not reason.strip():
        problems["reason"] = ["Say why these rules should change."]
    elif len(reason) > LONGEST_REASON:
        problems["reason"] = [f"Shorten this to {LONGEST_REASON:,} characters. It has {len(reason):,}."]
    if not problems and digest(kept) == policy_in_force().digest:
        problems["document"] = ["This says what the version in force says. Change something."]
    if problems:
        raise Invalid(problems)
    return kept


def _next_number() -> int:
    last = PolicyVersion.objects.aggregate(last=Max("number"))["last"]
    return (last or FIRST_NUMBER) + 1


def _insert(version: PolicyVersion) -> None:
    """Insert it, and let the database say whether another is out: two proposals may come at once."""
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            "Another version is out for approval.",
            remedy="Have that one approved, rejected or withdrawn first.",
        ) from error


@transaction.atomic
def withdraw_policy(*, actor: Actor, version: PolicyVersion) -> PolicyVersion:
    """Take back a proposal that nobody has decided yet.

    Raises:
        Forbidden: the actor may not propose one.
        Stale: it is decided.
    """
    decision = may_propose_policy(actor)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
    if version.round is not None:
        close_round(actor=actor, round=version.round)
    held = _held(version.pk)
    if held.state != PolicyState.PROPOSED:
        raise Stale(
            f"Version {held.number} is {held.get_state_display().lower()} already.", remedy="Reload the page."
        )
    return _settle(held, PolicyState.WITHDRAWN, "policy.withdrawn", actor)


def follow_policy_round(round_: Round, actor: Actor) -> None:
    """Put an approved version in force; one that was rejected, or not decided in time, is not.

    Runs in the transaction of the signature.
    """
    version = PolicyVersion.objects.filter(round=round_, state=PolicyState.PROPOSED).first()
    if version is None:
        return
    held = _held(version.pk)
    if round_.state in (RoundState.REJECTED, RoundState.EXPIRED):
        _settle(held, PolicyState.REJECTED, "policy.rejected", actor)
    elif round_.state == RoundState.APPROVED:
        PolicyVersion.objects.filter(state=PolicyState.IN_FORCE).update(
            state=PolicyState.SUPERSEDED, superseded_at=clock.now()
        )
        _settle(held, PolicyState.IN_FORCE, "policy.approved", actor)


def _held(pk: int) -> PolicyVersion:
    return PolicyVersion.objects.select_for_update().get(pk=pk)


def _settle(held: PolicyVersion, state: PolicyState, event: str, actor: Actor) -> PolicyVersion:
    held.state = state
    held.settled_at = clock.now()
    held.save(update_fields=["state", "settled_at", "updated_at"])
    record_event(event=event, actor=actor, obj=held, data={"version": held.number, "digest": held.digest})
    return held
