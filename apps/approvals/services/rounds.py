"""Opening and closing rounds."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Bar, PolicyVersion, Requirement, Round
from apps.approvals.rules import Ask, Barred, Earlier, Need, Subject, terms_of, unreachable, with_quorum
from apps.approvals.selectors import people_for_needs, policy_in_force, tallies, with_deputies
from apps.approvals.services.concluding import conclude
from apps.approvals.services.deciding import end_round, tell_listeners
from apps.approvals.services.keeping import Laid, lay_beside
from apps.approvals.services.pacing import start_clock
from apps.approvals.services.shortage import NobodyToSign, contact_and_managers
from apps.approvals.services.staging import ask_next_stage
from apps.approvals.services.telling import tell_asked, tell_kept, tell_unreachable
from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Conflict, Invalid

_LATER = RequirementState.WAITING


@transaction.atomic
def open_round(
    *,
    actor: Actor,
    subject: Subject,
    revision: int,
    digest: str,
    risk: int,
    starts_at: datetime | None,
    needs: list[Need],
    barred: list[Barred],
    policy: PolicyVersion | None = None,
    earlier: Sequence[Earlier] = (),
    subject_class: str = "",
) -> Round:
    """Ask everyone who must sign one digest, all of the first stage at once, and tell them.

    ``policy`` is the version of the approval policy that the needs come from; the round keeps its number and digest,
    and how signatures are given under it. A round that no rule asked for takes that from the version in force.
    ``earlier`` names decisions on earlier revisions: those that still count meet what they can, and are not asked
    again. When they meet everything, the round is approved at once; the caller settles what follows.
    ``subject_class`` is the class of what is signed, where it has one.

    Raises:
        Invalid: no needs, a quorum below one, an unknown role, or one role asked twice for one component.
        NobodyToSign: a quorum cannot be reached by those who hold the role and are not barred.
        Conflict: the subject has an open round already; close that first.
    """
    _check_needs(needs)
    people = _able_people(needs, barred)
    needs = [with_quorum(need, len(able)) for need, able in zip(needs, people, strict=True)]
    _check_reachable(subject, needs, people)
    terms = terms_of((policy or policy_in_force()).document)
    round_ = Round(
        subject_type=subject.type,
        subject_ref=subject.ref,
        subject_title=subject.title,
        subject_url=subject.url,
        revision=revision,
        digest=digest,
        risk=risk,
        subject_class=subject_class,
        starts_at=starts_at,
        opened_by=actor.user if isinstance(actor.user, User) else None,
        policy_version=policy.number if policy else None,
        policy_digest=policy.digest if policy else "",
        fresh_minutes=terms.fresh_minutes,
        least_seconds=terms.least_seconds,
    )
    _insert(round_)
    requirements = Requirement.objects.bulk_create(_requirements(round_, needs, people))
    Bar.objects.bulk_create(_bars(round_, requirements, needs, barred), ignore_conflicts=True)
    _record_asked(actor, round_, requirements)
    told = with_deputies(needs, people, [_out_of_it(need, barred) for need in needs])
    laid = lay_beside(actor=actor, round=round_, requirements=requirements, earlier=earlier)
    _tell(round_, requirements, told, laid)
    if all(requirement.state == RequirementState.MET for requirement in requirements):
        end_round(round_, RoundState.APPROVED)
    elif laid.kept:
        ask_next_stage(actor=actor, held=round_)
    return round_


def _tell(round_: Round, requirements: list[Requirement], people: list[list[User]], laid: Laid) -> None:
    """Tell whom this asks, and of those who signed before, whether that still counts."""
    asked = [
        (requirement, [user for user in able if user.pk not in laid.kept])
        for requirement, able in zip(requirements, people, strict=True)
        if requirement.state == RequirementState.OPEN
    ]
    tell_asked(round_, asked, laid.stale)
    tell_kept(round_, laid.kept)


def _insert(round_: Round) -> None:
    """Insert the round, and let the database say whether one is open: two requests may come at once."""
    try:
        with transaction.atomic():
            round_.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            f"{round_.subject_ref} is already out for approval.", remedy="Open it to see who is asked."
        ) from error


def _check_needs(needs: list[Need]) -> None:
    problems = []
    if not needs:
        problems.append("Nobody is asked to sign. A round needs at least one role.")
    problems += [f"The quorum for {need.label} must be at least 1." for need in needs if need.quorum < 1]
    problems += [f"“{need.role}” is not a role." for need in needs if need.role not in Role.values]
    if len({(need.role, need.component_key) for need in needs}) < len(needs):
        problems.append("One role is asked twice for one component.")
    if problems:
        raise Invalid({"needs": problems})


def _able_people(needs: list[Need], barred: list[Barred]) -> list[list[User]]:
    found = people_for_needs(needs)
    out: list[list[User]] = []
    for need, people in zip(needs, found, strict=True):
        out_of_it = _out_of_it(need, barred)
        out.append([user for user in people if user.pk not in out_of_it])
    return out


def _out_of_it(need: Need, barred: list[Barred]) -> set[int]:
    return {bar.user_id for bar in barred if bar.bars(need)}


def _check_reachable(subject: Subject, needs: list[Need], people: list[list[User]]) -> None:
    asks = [
        Ask(need.role, need.label, need.quorum, frozenset(user.pk for user in able))
        for need, able in zip(needs, people, strict=True)
    ]
    missing = unreachable(asks)
    if missing is not None:
        raise NobodyToSign(subject, needs[asks.index(missing)])


def _requirements(round_: Round, needs: list[Need], people: list[list[User]]) -> list[Requirement]:
    first = min(need.stage for need in needs)
    made = [
        Requirement(
            round=round_,
            role=need.role,
            component_key=need.component_key,
            component_label=need.component_label,
            team_id=need.team_id,
            question=need.question,
            reason=need.reason,
            quorum=need.quorum,
            named=list(need.named),
            stage=need.stage,
            rule=need.rule,
            state=RequirementState.OPEN if need.stage == first else _LATER,
        )
        for need in needs
    ]
    for requirement, need, able in zip(made, needs, people, strict=True):
        start_clock(requirement, need, able)
    return made


def _bars(
    round_: Round, requirements: list[Requirement], needs: list[Need], barred: list[Barred]
) -> list[Bar]:
    whole = [
        Bar(round=round_, user_id=entry.user_id, reason=entry.reason) for entry in barred if entry.bars_all
    ]
    parts = [
        Bar(round=round_, requirement=requirement, user_id=entry.user_id, reason=entry.reason)
        for entry in barred
        if not entry.bars_all
        for requirement, need in zip(requirements, needs, strict=True)
        if entry.bars(need)
    ]
    return whole + parts


def _record_asked(actor: Actor, round_: Round, requirements: list[Requirement]) -> None:
    record_event(
        event="approval.asked",
        actor=actor,
        obj=round_,
        data={
            "round": round_.pk,
            "revision": round_.revision,
            "digest": round_.digest,
            "policy": round_.policy_version,
            "policy_digest": round_.policy_digest,
            "fresh_minutes": round_.fresh_minutes,
            "asked": [
                {
                    "requirement": requirement.pk,
                    "role": requirement.role,
                    "component": requirement.component_key,
                    "quorum": requirement.quorum,
                    "named": [f"person:{pk}" for pk in requirement.named],
                    "stage": requirement.stage,
                    "rule": requirement.rule,
                    "due": clock.iso(requirement.due_at),
                }
                for requirement in requirements
            ],
        },
    )


@transaction.atomic
def close_round(*, actor: Actor, round: Round) -> Round:
    """Stop asking, without a decision: the subject was withdrawn or revised. Twice is once."""
    current = Round.objects.select_for_update().get(pk=round.pk)
    if current.state != RoundState.OPEN:
        return current
    end_round(current, RoundState.CLOSED)
    record_event(
        event="approval.round_closed",
        actor=actor,
        obj=current,
        data={"round": current.pk, "revision": current.revision, "digest": current.digest},
    )
    conclude(current, actor)
    return current


@transaction.atomic
def reject_unreachable(*, actor: Actor, round: Round) -> bool:
    """Reject a round whose quorum can no longer be reached, and return whether it was (DESIGN 4.5).

    A role that ends, a person who leaves or an abstention can bring it to that.
    """
    current = Round.objects.select_for_update().get(pk=round.pk)
    if current.state != RoundState.OPEN:
        return False
    if not end_unreachable(actor=actor, held=current):
        return False
    tell_listeners(current, actor)
    return True


def end_unreachable(*, actor: Actor, held: Round) -> bool:
    """Reject a round that the caller holds, if nobody is left to complete it. The caller tells the listeners."""
    tally = tallies([held.pk])[held.pk]
    missing = unreachable(tally.asks, tally.taken)
    if missing is None:
        return False
    end_round(held, RoundState.REJECTED)
    record_event(
        event="approval.unreachable",
        actor=actor,
        obj=held,
        data={"round": held.pk, "revision": held.revision, "missing": missing.label},
    )
    asked = tally.requirements[tally.asks.index(missing)]
    tell_unreachable(held, missing.label, contact_and_managers(asked.team))
    return True
