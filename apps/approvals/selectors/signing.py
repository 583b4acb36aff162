"""Whether one person may sign one requirement, in whose place, with the reason when not."""

from dataclasses import dataclass

from django.db.models import Q

from apps.accounts.models import RoleGrant, User
from apps.accounts.selectors import grants_of
from apps.approvals.enums import UNDECIDED, SignatureDecision
from apps.approvals.models import Bar, Delegation, EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules import Signing, may_leave_the_rest, may_sign, may_sign_for, unreachable
from apps.approvals.selectors.cover import stands_in
from apps.approvals.selectors.people import KEPT, STANDING, covers
from apps.approvals.selectors.quorums import tallies
from apps.core.decisions import ALLOWED, Decision


def my_signature(user: User, requirement: Requirement) -> Signature | None:
    """Return the signature that a person gave to a requirement and has not taken back, or None."""
    return Signature.objects.filter(STANDING, requirement=requirement, signer=user).first()


def my_kept_signature(user: User, requirement: Requirement) -> EarlierSignature | None:
    """Return the signature on an earlier revision by which a person stands for a requirement, or None."""
    kept = EarlierSignature.objects.select_related("signature__on_behalf_of")
    return kept.filter(KEPT, requirement=requirement, signature__signer=user).first()


@dataclass(frozen=True)
class Right:
    """Whether a person may sign a requirement now, and by which delegation when not in their own right."""

    decision: Decision
    delegation: Delegation | None = None


def may_sign_now(user: User, requirement: Requirement) -> Decision:
    """Return whether a person may sign a requirement at this moment, with the reason when not."""
    return right_to_sign(user, requirement).decision


def right_to_sign(user: User, requirement: Requirement) -> Right:
    """Return a person's right to sign a requirement now: their own, else the first that a delegation gives them."""
    grants = grants_of(user)
    own = _signing_of(user, requirement, grants)
    taken = [] if own.holds_role or not grants else stands_in(user, requirement)
    if not taken:
        decision = may_sign(own)
        return Right(_rest_can_be_met(user, requirement, grants) if decision else decision)
    rights = [_right_by(one, own, requirement, grants) for one in taken]
    return next((right for right in rights if right.decision), rights[0])


def _right_by(
    delegation: Delegation, own: Signing, requirement: Requirement, grants: list[RoleGrant]
) -> Right:
    giver = delegation.giver
    held = grants_of(giver)
    decision = may_sign_for(own, _signing_of(giver, requirement, held), str(giver))
    if decision:
        decision = _rest_can_be_met(delegation.delegate, requirement, grants + held, giver)
    return Right(decision, delegation)


def _signing_of(user: User, requirement: Requirement, grants: list[RoleGrant]) -> Signing:
    round_ = requirement.round
    mine = Q(signer=user) | Q(on_behalf_of=user)
    signed = {
        signature.requirement_id: signature
        for signature in Signature.objects.filter(STANDING, mine, requirement__round=round_).select_related(
            "requirement", "signer"
        )
    }
    here = signed.pop(requirement.pk, None)
    own = here if here is not None and here.signer_id == user.pk else None
    kept = _kept_for(user, round_)
    bar = Bar.objects.filter(
        Q(requirement=None) | Q(requirement=requirement), round=round_, user=user
    ).first()
    return Signing(
        role=requirement.role,
        where=requirement.component_label or requirement.component_key,
        # Only an active person's grants are in force, so holding one settles it without asking.
        person_active=bool(grants) or User.objects.filter(pk=user.pk, is_active=True).exists(),
        holds_role=requirement.handed_to_id == user.pk or any(covers(grant, requirement) for grant in grants),
        is_named=not requirement.named or user.pk in requirement.named or requirement.handed_to_id == user.pk,
        round_state=round_.state,
        requirement_state=requirement.state,
        bar_reason=bar.reason if bar else "",
        own_decision=own.decision if own else SignatureDecision.APPROVE if requirement.pk in kept else "",
        signed_by=str(here.signer) if here is not None and own is None else "",
        other_roles=frozenset(
            [
                *(
                    one.requirement.role
                    for one in signed.values()
                    if one.decision != SignatureDecision.ABSTAIN
                ),
                *kept.values(),
            ]
        ),
    )


def _kept_for(user: User, round_: Round) -> dict[int, str]:
    """Return the requirements that earlier signatures by a person, or in their place, count for, each with its role."""
    if round_.revision == 1:
        return {}
    theirs = Q(signature__signer=user) | Q(signature__on_behalf_of=user)
    rows = EarlierSignature.objects.filter(KEPT, theirs, requirement__round=round_)
    return dict(rows.values_list("requirement_id", "requirement__role"))


def _rest_can_be_met(
    user: User, requirement: Requirement, grants: list[RoleGrant], giver: User | None = None
) -> Decision:
    """Return whether the round can still be met once this person, and whom they stand in for, fill this role."""
    others = Requirement.objects.filter(round=requirement.round_id, state__in=UNDECIDED)
    if not any(
        other.handed_to_id == user.pk or covers(grant, other)
        for other in others
        if other.role != requirement.role
        for grant in grants
    ):
        return ALLOWED
    tally = tallies([requirement.round_id])[requirement.round_id]
    if unreachable(tally.asks, tally.taken) is not None:
        return ALLOWED
    filled = {person.pk: requirement.role for person in (user, giver) if person is not None}
    return may_leave_the_rest(unreachable(tally.asks, tally.taken | filled))
