"""What waits for whom: the inbox, and how a round stands."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from apps.accounts.enums import GrantScope
from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import active_grants, grants_of, holds_any_role
from apps.approvals.enums import RequirementState, RoundState, SignatureDecision
from apps.approvals.models import Bar, Requirement, Round, Signature
from apps.approvals.rules import Ask, Need, Signing, describe, may_leave_the_rest, may_sign, unreachable
from apps.core.decisions import Decision

Tab = Literal["needs_me", "waiting", "decided"]
BADGE_LIMIT = 99


@dataclass(frozen=True)
class Standing:
    """How one requirement stands: its signatures, and the people who could still sign it."""

    requirement: Requirement
    signatures: list[Signature]
    eligible: list[User]

    @property
    def state(self) -> str:
        return self.requirement.state

    @property
    def is_open(self) -> bool:
        return self.requirement.state == RequirementState.OPEN

    @property
    def signature(self) -> Signature | None:
        """Return the signature that met or rejected this, the last one given; None while there is none."""
        return self.signatures[-1] if self.signatures else None

    @property
    def waited_on(self) -> list[User]:
        """Return who is waited on; empty once it is signed."""
        return self.eligible if self.is_open else []


# One person's view


def inbox_for(user: User, tab: Tab) -> QuerySet[Requirement]:
    """Return a person's requirements, with their rounds: what needs them, waits on others, or was decided.

    The first two are sorted by time left, then risk. ``decided`` is newest first and carries ``my_decision`` and
    ``my_signed_at``.
    """
    rows = Requirement.objects.select_related("round", "team")
    if tab == "needs_me":
        return rows.filter(pk__in=_needing(user).values("pk")).order_by("due_at", "-round__risk", "pk")
    if tab == "waiting":
        mine = rows.filter(round__opened_by=user, state=RequirementState.OPEN)
        return mine.order_by("due_at", "-round__risk", "pk")
    decided = rows.filter(signatures__signer=user)
    return decided.annotate(
        my_decision=F("signatures__decision"), my_signed_at=F("signatures__signed_at")
    ).order_by("-signatures__signed_at", "pk")


def open_count_for(user: User) -> int:
    """Return how many requirements need a person, counted no further than a badge can show."""
    return _needing(user)[: BADGE_LIMIT + 1].count()


def _needing(user: User) -> QuerySet[Requirement]:
    """Return the open requirements that a person may sign, found from the grants that they hold."""
    grants = grants_of(user)
    if not grants:
        return Requirement.objects.none()
    signed_here = Signature.objects.filter(signer=user, requirement__round=OuterRef("round"))
    bars = Bar.objects.filter(user=user, round=OuterRef("round"))
    return Requirement.objects.filter(_reached_by(grants), state=RequirementState.OPEN).exclude(
        Exists(signed_here.filter(~Q(requirement__role=OuterRef("role")) | Q(requirement=OuterRef("pk"))))
        | Exists(bars.filter(Q(requirement=None) | Q(requirement=OuterRef("pk"))))
    )


def _reached_by(grants: Iterable[RoleGrant]) -> Q:
    """Return the condition that a requirement's role, team and component are among those granted."""
    reached = Q(pk__in=[])
    for grant in grants:
        match grant.scope:
            case GrantScope.EVERYTHING:
                reached |= Q(role=grant.role)
            case GrantScope.TEAM:
                reached |= Q(role=grant.role, team=grant.team_id)
            case _:
                reached |= Q(role=grant.role, component_key=grant.component_key)
    return reached


def requirement_for(user: User, pk: int) -> Requirement | None:
    """Return a requirement that a person may look at, or None.

    Whoever holds any role sees what is asked of everyone; the page says whether they may sign, and why not.
    """
    found = Requirement.objects.select_related("round", "team", "round__opened_by").filter(pk=pk).first()
    if found is None or not (found.round.opened_by_id == user.pk or holds_any_role(user)):
        return None
    return found


def my_signature(user: User, requirement: Requirement) -> Signature | None:
    """Return the signature that a person gave to a requirement, or None."""
    return Signature.objects.filter(requirement=requirement, signer=user).first()


def may_sign_now(user: User, requirement: Requirement) -> Decision:
    """Return whether a person may sign a requirement at this moment, with the reason when not."""
    decision = may_sign(_signing_of(user, requirement))
    return decision and _rest_can_be_met(user, requirement)


def _signing_of(user: User, requirement: Requirement) -> Signing:
    round_ = requirement.round
    signed = {
        signature.requirement_id: signature
        for signature in Signature.objects.filter(signer=user, requirement__round=round_).select_related("requirement")
    }
    own = signed.pop(requirement.pk, None)
    bar = Bar.objects.filter(Q(requirement=None) | Q(requirement=requirement), round=round_, user=user).first()
    held = active_grants().filter(user=user, role=requirement.role)
    return Signing(
        role=requirement.role,
        where=requirement.component_label or requirement.component_key,
        person_active=User.objects.filter(pk=user.pk, is_active=True).exists(),
        holds_role=any(reaches(grant, requirement.component_key, requirement.team_id) for grant in held),
        round_state=round_.state,
        requirement_state=requirement.state,
        bar_reason=bar.reason if bar else "",
        own_decision=own.decision if own else "",
        other_roles=frozenset(signature.requirement.role for signature in signed.values()),
    )


def _rest_can_be_met(user: User, requirement: Requirement) -> Decision:
    """Return whether the round can still be met once this person has filled this role."""
    grants = grants_of(user)
    others = [
        other
        for other in Requirement.objects.filter(round=requirement.round_id, state=RequirementState.OPEN)
        if other.role != requirement.role
    ]
    contested = [other for other in others if any(_covers(grant, other) for grant in grants)]
    if not contested:
        return may_leave_the_rest(None)
    asks, taken = asks_of([requirement.round])[requirement.round_id]
    if unreachable(asks, taken) is not None:
        return may_leave_the_rest(None)
    return may_leave_the_rest(unreachable(asks, taken | {user.pk: requirement.role}))


# A round


def standing(round_: Round) -> list[Standing]:
    """Return how each requirement of a round stands, in a constant number of queries."""
    requirements = list(
        round_.requirements.select_related("team").prefetch_related(
            Prefetch("signatures", Signature.objects.select_related("signer"))
        )
    )
    eligible = eligible_people(requirements)
    return [
        Standing(requirement, list(requirement.signatures.all()), eligible[requirement.pk])
        for requirement in requirements
    ]


def open_counts(round_ids: Iterable[int]) -> dict[int, int]:
    """Return how many requirements of each round are still open; one query."""
    counts: dict[int, int] = defaultdict(int)
    still_open = Requirement.objects.filter(round__in=list(round_ids), state=RequirementState.OPEN)
    for round_id in still_open.values_list("round_id", flat=True):
        counts[round_id] += 1
    return counts


def eligible_people(requirements: Iterable[Requirement]) -> dict[int, list[User]]:
    """Return, for each requirement, the people who may still sign it, by name; three queries in all."""
    wanted = list(requirements)
    round_ids = {requirement.round_id for requirement in wanted}
    grants = _grants_for({requirement.role for requirement in wanted})
    barred = _barred(round_ids)
    signed = _roles_signed(round_ids)
    return {
        requirement.pk: [
            user
            for user in _holders(grants, requirement)
            if not barred[requirement.round_id] & {(user.pk, None), (user.pk, requirement.pk)}
            and all(
                role == requirement.role and signed_id != requirement.pk
                for role, signed_id in signed[requirement.round_id, user.pk]
            )
        ]
        for requirement in wanted
    }


def _grants_for(roles: set[str]) -> list[RoleGrant]:
    held = active_grants().filter(role__in=roles).select_related("user")
    return list(held.order_by("user__first_name", "user__last_name", "user_id"))


def _holders(grants: list[RoleGrant], requirement: Requirement) -> list[User]:
    """Return each person once whose grant reaches a requirement, in the order of the grants."""
    return list({grant.user: None for grant in grants if _covers(grant, requirement)})


def _covers(grant: RoleGrant, requirement: Requirement) -> bool:
    return grant.role == requirement.role and reaches(grant, requirement.component_key, requirement.team_id)


def _barred(round_ids: set[int]) -> dict[int, set[tuple[int, int | None]]]:
    barred: dict[int, set[tuple[int, int | None]]] = defaultdict(set)
    for round_id, user_id, requirement_id in Bar.objects.filter(round__in=round_ids).values_list(
        "round_id", "user_id", "requirement_id"
    ):
        barred[round_id].add((user_id, requirement_id))
    return barred


def _roles_signed(round_ids: set[int]) -> dict[tuple[int, int], set[tuple[str, int]]]:
    """Return what each person has signed in each round, as (role, requirement)."""
    signed: dict[tuple[int, int], set[tuple[str, int]]] = defaultdict(set)
    for round_id, user_id, role, requirement_id in Signature.objects.filter(
        requirement__round__in=round_ids
    ).values_list("requirement__round_id", "signer_id", "requirement__role", "requirement_id"):
        signed[round_id, user_id].add((role, requirement_id))
    return signed


# The arithmetic of quorums


def asks_of(rounds: Iterable[Round]) -> dict[int, tuple[list[Ask], dict[int, str]]]:
    """Return, for each round, its open asks with those who may meet them, and the roles that people have filled.

    A person who has signed an ask counts among its eligible, so that a quorum half met is not asked for twice.
    """
    round_ids = {round_.pk for round_ in rounds}
    requirements = list(Requirement.objects.filter(round__in=round_ids, state=RequirementState.OPEN))
    grants = _grants_for({requirement.role for requirement in requirements})
    barred = _barred(round_ids)
    signed = _roles_signed(round_ids)
    found: dict[int, tuple[list[Ask], dict[int, str]]] = {pk: ([], {}) for pk in round_ids}
    for (round_id, user_id), roles in signed.items():
        found[round_id][1][user_id] = min(roles)[0]
    for requirement in requirements:
        holders = {
            user.pk
            for user in _holders(grants, requirement)
            if not barred[requirement.round_id] & {(user.pk, None), (user.pk, requirement.pk)}
        }
        done = {
            user_id
            for (round_id, user_id), roles in signed.items()
            if round_id == requirement.round_id and (requirement.role, requirement.pk) in roles
        }
        label = describe(requirement.role, requirement.component_label or requirement.component_key)
        found[requirement.round_id][0].append(
            Ask(requirement.role, label, requirement.quorum, frozenset(holders | done))
        )
    return found


def people_for_needs(needs: list[Need]) -> list[list[User]]:
    """Return, for each need of a round that is about to open, the active people whose role reaches it; one query."""
    grants = _grants_for({need.role for need in needs})
    return [
        list(
            {
                grant.user: None
                for grant in grants
                if grant.role == need.role and reaches(grant, need.component_key, need.team_id)
            }
        )
        for need in needs
    ]


def open_rounds() -> QuerySet[Round]:
    """Return every round that is still open."""
    return Round.objects.filter(state=RoundState.OPEN)


def approvals_given(requirement: Requirement) -> int:
    """Return how many people have approved a requirement."""
    return Signature.objects.filter(requirement=requirement, decision=SignatureDecision.APPROVE).count()
