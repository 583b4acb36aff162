"""Putting a version of the rules in force: written by one, approved by another, by a round over its digest.

Policy and approvals are neighbours that do not know each other; a version of the rules needs both.
"""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.approvals.rules import Subject
from apps.approvals.services import ask_another_manager, close_round
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid, Stale
from apps.gates.selectors import RULES, round_over, rounds_over
from apps.policy.enums import SetState
from apps.policy.models import PolicySet
from apps.policy.rules import by_place
from apps.policy.selectors import may_write_rules, unready
from apps.policy.services import publish_set, withdraw_draft, write_draft


@transaction.atomic
def ask_rules_approval(*, actor: Actor, policy_set: PolicySet) -> Round:
    """Ask for the approval of a draft as it stands. It judges nothing until someone else has signed its digest.

    Another Change Manager over everything is asked; where there is none, a Change Sponsor. Nobody who wrote
    any of it may give it, nor whoever asks.

    Raises:
        Forbidden: the actor is not a Change Manager over everything.
        Stale: it is no draft, or says something else than ``policy_set``, which the actor read.
        Invalid: what keeps it from being published, by its places.
        Conflict: it is out for approval already. NobodyToSign: nobody else is there who may approve it.
    """
    may_write_rules(actor).require()
    held = PolicySet.objects.select_for_update(of=("self",)).select_related("author").get(pk=policy_set.pk)
    _check_unmoved(held, policy_set)
    if problems := unready(held):
        raise Invalid(by_place(problems))
    if not isinstance(actor.user, User):
        raise Forbidden("A person asks for an approval.")
    return ask_another_manager(
        actor=actor,
        subject=Subject(RULES, held.ref, str(held), f"/rules/versions/{held.number}/"),
        revision=len(rounds_over(RULES, held.ref)) + 1,
        digest=held.digest,
        question="Should these rules judge changes?",
        author=held.author,
        did="wrote",
        also={actor.user.pk, *held.writers.values_list("pk", flat=True)},
    )


def _check_unmoved(held: PolicySet, read: PolicySet) -> None:
    if held.state != SetState.DRAFT:
        raise Stale(
            f"Version {held.number} is {held.get_state_display().lower()}.", remedy="Reload the page."
        )
    if held.digest != read.digest:
        raise Stale("Somebody has written on this draft since you opened it.", remedy="Reload the page.")


@transaction.atomic
def write_rules(*, actor: Actor, policy_set: PolicySet, document: Any, reason: str, seen: str) -> PolicySet:
    """Keep what a draft says now. What was out for approval is no longer: its approvers looked at something else.

    Raises:
        Forbidden, Invalid, Stale: as ``policy.services.write_draft`` says.
    """
    # Whoever signs holds the round before the draft, so we do too.
    Round.objects.select_for_update().filter(subject_type=RULES, subject_ref=policy_set.ref).first()
    written = write_draft(actor=actor, policy_set=policy_set, document=document, reason=reason, seen=seen)
    asked = round_over(RULES, written.ref)
    if asked is not None and (asked.digest, policy_set.reason) != (written.digest, written.reason):
        close_round(actor=actor, round=asked)
    return written


@transaction.atomic
def withdraw_rules(*, actor: Actor, policy_set: PolicySet) -> PolicySet:
    """Give a draft up, and ask nobody about it any more.

    Raises:
        Forbidden: the actor may not write rules. Stale: it is no draft, or says something else than ``policy_set``,
            which the actor read.
    """
    may_write_rules(actor).require()
    Round.objects.select_for_update().filter(subject_type=RULES, subject_ref=policy_set.ref).first()
    _check_unmoved(PolicySet.objects.select_for_update(of=("self",)).get(pk=policy_set.pk), policy_set)
    if (asked := round_over(RULES, policy_set.ref)) is not None:
        close_round(actor=actor, round=asked)
    return withdraw_draft(actor=actor, policy_set=policy_set)


def follow_rules_round(round_: Round, actor: Actor) -> None:
    """Put a draft in force that was approved as it stands. One that was rejected stays a draft, to be mended.

    Runs in the transaction of the signature.
    """
    if round_.state != RoundState.APPROVED:
        return
    number = int(round_.subject_ref.removeprefix("RULES-"))
    draft = PolicySet.objects.filter(number=number, state=SetState.DRAFT).first()
    if draft is not None and draft.digest == round_.digest:
        publish_set(actor=actor, policy_set=draft, approved=round_.digest)
