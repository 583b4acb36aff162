"""Whether one person may sign one requirement, in whose place, with the reason when not."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from apps.accounts.models import RoleGrant, User
from apps.accounts.selectors import grants_of
from apps.approvals.enums import UNDECIDED, SignatureDecision
from apps.approvals.models import Bar, Delegation, EarlierSignature, Requirement, Signature
from apps.approvals.rules import Signing, may_leave_the_rest, may_sign, may_sign_for, unreachable
from apps.approvals.selectors.cover import delegations_in_force, fits
from apps.approvals.selectors.people import KEPT, STANDING, covers
from apps.approvals.selectors.quorums import Tally, tallies
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
    return rights_to_sign(user, [requirement])[requirement.pk]


def rights_to_sign(user: User, requirements: Iterable[Requirement]) -> dict[int, Right]:
    """Return a person's right to sign each of some requirements, each by itself, in a constant number of queries.

    To read another's grants takes one query for each in whose place they would sign.
    """
    wanted = list(requirements)
    known = _Known(user, wanted)
    return {one.pk: _right(user, one, known) for one in wanted}


def _right(user: User, requirement: Requirement, known: "_Known") -> Right:
    grants = known.grants_of(user)
    own = _signing_of(user, requirement, known)
    taken = [] if own.holds_role or not grants else known.stands_in(requirement)
    if not taken:
        decision = may_sign(own)
        return Right(_rest_can_be_met(user, requirement, grants, known) if decision else decision)
    rights = [_right_by(one, own, requirement, known) for one in taken]
    return next((right for right in rights if right.decision), rights[0])


def _right_by(delegation: Delegation, own: Signing, requirement: Requirement, known: "_Known") -> Right:
    giver, delegate = delegation.giver, delegation.delegate
    decision = may_sign_for(own, _signing_of(giver, requirement, known), str(giver))
    if decision:
        grants = known.grants_of(known.user) + known.grants_of(giver)
        decision = _rest_can_be_met(delegate, requirement, grants, known, giver)
    return Right(decision, delegation)


def rights_under(delegation: Delegation, requirements: Iterable[Requirement]) -> dict[int, Right]:
    """Return the deputy's right to sign each of these as if the delegation were in force; so many queries for all."""
    wanted, deputy = list(requirements), delegation.delegate
    known = _Known(deputy, wanted)
    found = {}
    for one in wanted:
        own = _signing_of(deputy, one, known)
        found[one.pk] = Right(may_sign(own)) if own.holds_role else _right_by(delegation, own, one, known)
    return found


@dataclass(frozen=True)
class _Past:
    """What keeps a person from signing in some rounds: what they signed, what was kept of it, and bars."""

    active: bool
    signed: list[Signature]
    kept: dict[int, dict[int, str]]
    """Of each round, the requirements that earlier signatures by them, or in their place, count for, with the role."""
    bars: list[Bar]


class _Known:
    """What it takes to judge requirements, read once for all of them, and no more than is needed."""

    def __init__(self, user: User, requirements: list[Requirement]) -> None:
        self.user = user
        self._rounds = {one.round_id: one.round for one in requirements}
        self._grants: dict[int, list[RoleGrant]] = {}
        self._pasts: dict[int, _Past] = {}

    def grants_of(self, user: User) -> list[RoleGrant]:
        """Return the grants that a person holds now."""
        if user.pk not in self._grants:
            self._grants[user.pk] = grants_of(user)
        return self._grants[user.pk]

    def stands_in(self, requirement: Requirement) -> list[Delegation]:
        """Return the delegations by which the person may stand in for somebody who holds what is asked."""
        return [
            one
            for one in self._taken
            if fits(one, requirement)
            and any(covers(grant, requirement) for grant in self.grants_of(one.giver))
        ]

    def past_of(self, user: User) -> _Past:
        """Return what a person did in these rounds, and is kept from."""
        if user.pk not in self._pasts:
            self._pasts[user.pk] = self._read_past(user)
        return self._pasts[user.pk]

    def _read_past(self, user: User) -> _Past:
        mine = Q(signer=user) | Q(on_behalf_of=user)
        signed = Signature.objects.filter(STANDING, mine, requirement__round__in=self._rounds)
        return _Past(
            # Only an active person's grants are in force, so holding one settles it without asking.
            active=bool(self.grants_of(user)) or User.objects.filter(pk=user.pk, is_active=True).exists(),
            signed=list(signed.select_related("requirement", "signer")),
            kept=self._kept_for(user),
            bars=list(Bar.objects.filter(round__in=self._rounds, user=user).order_by("pk")),
        )

    def _kept_for(self, user: User) -> dict[int, dict[int, str]]:
        later = [pk for pk, round_ in self._rounds.items() if round_.revision > 1]
        found: dict[int, dict[int, str]] = defaultdict(dict)
        theirs = Q(signature__signer=user) | Q(signature__on_behalf_of=user)
        rows = EarlierSignature.objects.filter(KEPT, theirs, requirement__round__in=later) if later else None
        if rows is not None:
            for round_id, pk, role in rows.values_list(
                "requirement__round", "requirement", "requirement__role"
            ):
                found[round_id][pk] = role
        return found

    def others(self, requirement: Requirement) -> list[Requirement]:
        """Return what its round asks of other roles, now or later."""
        return [
            one
            for one in self._undecided
            if one.round_id == requirement.round_id and one.role != requirement.role
        ]

    @cached_property
    def _taken(self) -> list[Delegation]:
        return list(delegations_in_force().filter(delegate=self.user))

    @cached_property
    def _undecided(self) -> list[Requirement]:
        return list(Requirement.objects.filter(round__in=self._rounds, state__in=UNDECIDED))

    @cached_property
    def tallies(self) -> dict[int, Tally]:
        """Return the tally of each of the rounds."""
        return tallies(self._rounds)


def _signing_of(user: User, requirement: Requirement, known: _Known) -> Signing:
    past = known.past_of(user)
    signed = {
        one.requirement_id: one for one in past.signed if one.requirement.round_id == requirement.round_id
    }
    here = signed.pop(requirement.pk, None)
    own = here if here is not None and here.signer_id == user.pk else None
    kept = past.kept.get(requirement.round_id, {})
    bar = next(
        (
            one
            for one in past.bars
            if one.round_id == requirement.round_id and one.requirement_id in (None, requirement.pk)
        ),
        None,
    )
    others = [one.requirement.role for one in signed.values() if one.decision != SignatureDecision.ABSTAIN]
    handed = requirement.handed_to_id == user.pk
    return Signing(
        role=requirement.role,
        where=requirement.component_label or requirement.component_key,
        person_active=past.active,
        holds_role=handed or any(covers(grant, requirement) for grant in known.grants_of(user)),
        is_named=handed or not requirement.named or user.pk in requirement.named,
        round_state=requirement.round.state,
        requirement_state=requirement.state,
        bar_reason=bar.reason if bar else "",
        own_decision=own.decision if own else SignatureDecision.APPROVE if requirement.pk in kept else "",
        signed_by=str(here.signer) if here is not None and own is None else "",
        other_roles=frozenset([*others, *kept.values()]),
    )


def _rest_can_be_met(
    user: User,
    requirement: Requirement,
    grants: list[RoleGrant],
    known: _Known,
    giver: User | None = None,
) -> Decision:
    """Return whether the round can still be met once this person, and whom they stand in for, fill this role."""
    if not any(
        other.handed_to_id == user.pk or covers(grant, other)
        for other in known.others(requirement)
        for grant in grants
    ):
        return ALLOWED
    tally = known.tallies[requirement.round_id]
    if unreachable(tally.asks, tally.taken) is not None:
        return ALLOWED
    filled = {person.pk: requirement.role for person in (user, giver) if person is not None}
    return may_leave_the_rest(unreachable(tally.asks, tally.taken | filled))
