"""Whether one person may sign one requirement, with the reason when not."""

from django.db.models import Q

from apps.accounts.models import RoleGrant, User
from apps.accounts.selectors import grants_of
from apps.approvals.enums import RequirementState
from apps.approvals.models import Bar, Requirement, Signature
from apps.approvals.rules import Signing, may_leave_the_rest, may_sign, unreachable
from apps.approvals.selectors.people import covers
from apps.approvals.selectors.quorums import tallies
from apps.core.decisions import ALLOWED, Decision


def my_signature(user: User, requirement: Requirement) -> Signature | None:
    """Return the signature that a person gave to a requirement, or None."""
    return Signature.objects.filter(requirement=requirement, signer=user).first()


def may_sign_now(user: User, requirement: Requirement) -> Decision:
    """Return whether a person may sign a requirement at this moment, with the reason when not."""
    grants = grants_of(user)
    decision = may_sign(_signing_of(user, requirement, grants))
    return _rest_can_be_met(user, requirement, grants) if decision else decision


def _signing_of(user: User, requirement: Requirement, grants: list[RoleGrant]) -> Signing:
    round_ = requirement.round
    signed = {
        signature.requirement_id: signature
        for signature in Signature.objects.filter(signer=user, requirement__round=round_).select_related(
            "requirement"
        )
    }
    own = signed.pop(requirement.pk, None)
    bar = Bar.objects.filter(
        Q(requirement=None) | Q(requirement=requirement), round=round_, user=user
    ).first()
    return Signing(
        role=requirement.role,
        where=requirement.component_label or requirement.component_key,
        # Only an active person's grants are in force, so holding one settles it without asking.
        person_active=bool(grants) or User.objects.filter(pk=user.pk, is_active=True).exists(),
        holds_role=any(covers(grant, requirement) for grant in grants),
        round_state=round_.state,
        requirement_state=requirement.state,
        bar_reason=bar.reason if bar else "",
        own_decision=own.decision if own else "",
        other_roles=frozenset(signature.requirement.role for signature in signed.values()),
    )


def _rest_can_be_met(user: User, requirement: Requirement, grants: list[RoleGrant]) -> Decision:
    """Return whether the round can still be met once this person has filled this role."""
    others = Requirement.objects.filter(round=requirement.round_id, state=RequirementState.OPEN)
    if not any(
        covers(grant, other) for other in others if other.role != requirement.role for grant in grants
    ):
        return ALLOWED
    tally = tallies([requirement.round_id])[requirement.round_id]
    if unreachable(tally.asks, tally.taken) is not None:
        return ALLOWED
    return may_leave_the_rest(unreachable(tally.asks, tally.taken | {user.pk: requirement.role}))
