"""Waiving a rule for one change or component: asked by one, granted by those who answer for its stage."""

from datetime import datetime, timedelta

from django.db import transaction

from apps.approvals.enums import RoundState
from apps.approvals.models import Round, Signature
from apps.approvals.rules import Barred, Need, Subject
from apps.approvals.services import close_round, open_round
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.evidence.selectors import plan_in_force
from apps.gates.rules import waiver_roles
from apps.gates.selectors import (
    RULE_WAIVER,
    Waivable,
    WaiverScope,
    round_over,
    rounds_over,
    waivable,
    waiver_scope,
)
from apps.outbox.services import notify
from apps.policy.models import RuleWaiver
from apps.policy.selectors import may_ask_waiver, may_end_waiver, waivers_ending
from apps.policy.services import ask_waiver, end_waiver, grant_waiver, refuse_waiver

AT_THE_LATEST = timedelta(days=14)
TOLD_BEFORE = timedelta(days=7)
_RISK = 3


@transaction.atomic
def ask_rule_waiver(
    *, actor: Actor, rule: str, scope: str, reason: str, compensating: str, until: datetime
) -> RuleWaiver:
    """Ask those who answer for a rule or a check to set it aside for one change or component. It counts once all have
    signed.

    The role that owns its stage in the checks in force is asked; for a critical rule a Change Manager as well.
    Neither whoever asks may grant it, nor who asked
    for the change, nor who made the version that it moves to.

    Raises:
        Forbidden: the actor is no person who proposes, approves or manages changes.
        Invalid: at the field; ``rule`` is none in force that can stop a change, ``scope`` names nothing that the actor
            may see. Conflict: one is asked for already.
        NobodyToSign: nobody is there who may sign for one of the roles.
    """
    may_ask_waiver(actor).require()
    found = waiver_scope(actor, scope)
    asked = waivable(rule, found.change if found else None)
    problems = {} if asked else {"rule": ["Choose a rule or a check in force that can stop a change."]}
    if found is None:
        problems["scope"] = ["There is no such change or component, or it is not yours to see."]
    if asked is None or found is None:
        raise Invalid(problems)
    made = ask_waiver(
        actor=actor,
        rule=rule,
        title=asked.title,
        says=asked.says,
        scope=found.ref,
        reason=reason,
        compensating=compensating,
        until=until,
    )
    open_round(
        actor=actor,
        subject=Subject(
            RULE_WAIVER, made.ref, f"Waive “{asked.title}”"[:200], f"/rules/waivers/{made.number}/"
        ),
        revision=1,
        digest=made.digest,
        risk=_RISK,
        starts_at=None,
        needs=_needs(made, asked, found),
        barred=_barred(made, found),
    )
    return made


def _needs(made: RuleWaiver, rule: Waivable, found: WaiverScope) -> list[Need]:
    roles = waiver_roles(rule.stage, rule.severity, plan_in_force().plan.owners)
    return [
        Need(
            role=role,
            question=f"Is it safe to set this rule aside for {found.ref}?"[:300],
            reason=f"{role.label}s answer for the rules of this stage."
            if index == 0
            else "The rule is critical, so a second role agrees.",
            due_at=min(made.until, clock.now() + AT_THE_LATEST),
            component_key=found.component_key if index == 0 else "",
            component_label=found.component_label if index == 0 else "",
            team_id=found.team_id if index == 0 else None,
        )
        for index, role in enumerate(roles)
    ]


def _barred(made: RuleWaiver, found: WaiverScope) -> list[Barred]:
    said = {**found.barred, made.asked_by_id: "You asked for this waiver. Nobody grants their own."}
    return [Barred(pk, why[:200]) for pk, why in sorted(said.items())]


@transaction.atomic
def end_rule_waiver(*, actor: Actor, waiver: RuleWaiver) -> RuleWaiver:
    """Take a waiver back: the rule counts again, and nobody is asked any more. Twice is once.

    Raises:
        Forbidden: the actor is neither who asked for it nor a Change Manager over everything.
    """
    may_end_waiver(actor, waiver).require()
    if (asked := round_over(RULE_WAIVER, waiver.ref)) is not None:
        close_round(actor=actor, round=asked)
    return end_waiver(actor=actor, waiver=waiver)


def follow_waiver_round(round_: Round, actor: Actor) -> None:
    """Grant a waiver that everyone signed in time; end one that was refused, or that nobody signed.

    Runs in the transaction of the signature.
    """
    if round_.state in (RoundState.OPEN, RoundState.CLOSED):
        return
    number = int(round_.subject_ref.removeprefix("RWV-"))
    waiver = RuleWaiver.objects.filter(number=number, granted_at=None, ended_at=None).first()
    if waiver is None:
        return
    if round_.state == RoundState.APPROVED and waiver.until > clock.now():
        signed = Signature.objects.filter(requirement__round=round_).values_list("signer", "on_behalf_of")
        by = {pk for pair in signed for pk in pair if pk is not None}
        grant_waiver(actor=actor, waiver=waiver, approved=round_.digest, granted_by=by)
    else:
        refuse_waiver(actor=actor, waiver=waiver)


@transaction.atomic
def warn_of_ending_waivers(*, actor: Actor) -> int:  # noqa: ARG001
    """Tell whoever asked for a waiver, and who granted it, once, that it ends within a week; return how many end."""
    ending = waivers_ending(before=clock.now() + TOLD_BEFORE)
    for waiver in ending:
        signed = Signature.objects.filter(
            requirement__round__in=rounds_over(RULE_WAIVER, waiver.ref)
        ).select_related("signer")
        people = {one.signer_id: one.signer for one in signed} | {waiver.asked_by_id: waiver.asked_by}
        for user in people.values():
            if user.is_active:
                _tell_ending(user, waiver)
    return len(ending)


def _tell_ending(user: object, waiver: RuleWaiver) -> None:
    notify(
        user=user,  # type: ignore[arg-type]
        rule="rule_waiver.ending",
        subject=waiver.ledger_ref(),
        due=waiver.until,
        title=f"{waiver.ref} ends soon: the rule “{waiver.rule}” counts again for {waiver.scope}",
        body=(
            f"The rule “{waiver.rule}” is set aside for {waiver.scope} until {waiver.until:%d %B %Y, %H:%M} UTC. "
            "From then on it counts again. Meet the rule until then, or ask for another waiver."
        ),
        url=f"/rules/waivers/{waiver.number}/",
    )
