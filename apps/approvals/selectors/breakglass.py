"""Who may let a round go ahead, who would be passed over, and what went ahead and is not signed by everyone yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from apps.accounts.models import RoleGrant, User
from apps.accounts.rules import reaches
from apps.accounts.selectors import active_grants, grants_of
from apps.approvals.enums import UNDECIDED, BreakGlassEnd
from apps.approvals.models import Bar, BreakGlass, EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules import Ask, unreachable
from apps.approvals.rules.breakglass import Authority, Breaking, authority_of, may_let_go, without
from apps.approvals.selectors.people import KEPT, STANDING, eligible_people
from apps.approvals.selectors.policy import policy_in_force, policy_numbered
from apps.approvals.selectors.quorums import tallies
from apps.core.decisions import Decision

Place = tuple[str, int | None]
"""A component's key and the team that owns it: what an authority must reach."""


def authority_over(round_: Round) -> Authority:
    """Return who may let a round go ahead: by the version of the policy that it was asked under, as it was then."""
    version = policy_numbered(round_.policy_version) if round_.policy_version else policy_in_force()
    return authority_of(version.document) if version else Authority()


def may_let_go_now(user: User, round_: Round, over: Sequence[Place]) -> Decision:
    """Return whether a person may let a round go ahead that is about ``over``, with the reason when not.

    Roles count by the person's own grants, over all of it: nobody does this in another's place.
    """
    authority = authority_over(round_)
    bar = Bar.objects.filter(round=round_, user=user).first()
    return may_let_go(
        Breaking(
            version=round_.policy_version or 0,
            anyone=authority.anyone,
            authorised=user.is_active and _authorised(user, authority, over, grants_of(user)),
            asked_for_it=round_.opened_by_id == user.pk,
            bar_reason=bar.reason if bar else "",
            left_over=_left_over([user], round_)[user.pk],
        )
    )


def who_may_let_go(round_: Round, over: Sequence[Place]) -> list[User]:
    """Return everyone whom ``may_let_go_now`` allows, by name; a constant number of queries."""
    authority = authority_over(round_)
    asked = active_grants().filter(Q(role__in=authority.roles) | Q(user__in=authority.people))
    grants: dict[User, list[RoleGrant]] = {}
    for grant in asked.select_related("user", "team").order_by("user__first_name", "user__last_name", "pk"):
        grants.setdefault(grant.user, []).append(grant)
    barred = {*Bar.objects.filter(round=round_).values_list("user_id", flat=True), round_.opened_by_id}
    able = [
        user
        for user, held in grants.items()
        if user.pk not in barred and _authorised(user, authority, over, held)
    ]
    left = _left_over(able, round_) if able else {}
    return [user for user in able if left[user.pk] is None]


def _authorised(user: User, authority: Authority, over: Sequence[Place], grants: Sequence[RoleGrant]) -> bool:
    if user.pk in authority.people:
        return bool(grants)
    return any(
        all(
            any(grant.role == role and reaches(grant, key, team) for grant in grants)
            for key, team in over or [("", None)]
        )
        for role in authority.roles
    )


def _left_over(people: Sequence[User], round_: Round) -> dict[int, Ask | None]:
    """Return, of each person by number, what nobody could sign afterwards without them, where somebody could with."""
    tally = tallies([round_.pk])[round_.pk]
    if unreachable(tally.asks, tally.taken) is not None:
        return dict.fromkeys(user.pk for user in people)
    given = Signature.objects.filter(STANDING, signer__in=people, requirement__round=round_)
    kept = EarlierSignature.objects.filter(KEPT, signature__signer__in=people, requirement__round=round_)
    signed = {
        *given.values_list("signer_id", "requirement_id"),
        *kept.values_list("signature__signer_id", "requirement_id"),
    }
    found: dict[int, Ask | None] = {}
    for user in people:
        done = {place for place, one in enumerate(tally.requirements) if (user.pk, one.pk) in signed}
        found[user.pk] = unreachable(without(tally.asks, user.pk, frozenset(done)), tally.taken)
    return found


def passed_over(round_: Round) -> list[tuple[Requirement, list[User]]]:
    """Return what is not signed yet in a round, with the people who could sign each."""
    asked = list(Requirement.objects.filter(round=round_, state__in=UNDECIDED).order_by("stage", "pk"))
    able = eligible_people(asked)
    return [(one, able[one.pk]) for one in asked]


def break_glass_of(round_: Round | None) -> BreakGlass | None:
    """Return how a round went ahead, or None; asked of the database only when it did."""
    if round_ is None or round_.went_ahead_at is None:
        return None
    return BreakGlass.objects.select_related("by").filter(round=round_).first()


@dataclass(frozen=True)
class Unsigned:
    """What went ahead, and how many signatures are still missing."""

    broken: BreakGlass
    missing: int


def unsigned_afterwards(
    rounds: QuerySet[Round], limit: int, refused_in: tuple[datetime, datetime] | None = None
) -> list[Unsigned]:
    """Return what went ahead among these rounds and is not signed by everyone yet, the first due first; one query.

    With ``refused_in``, also what somebody refused in [start, end).
    """
    wanted = Q(end="")
    if refused_in is not None:
        start, end = refused_in
        wanted |= Q(end=BreakGlassEnd.REFUSED, ended_at__gte=start, ended_at__lt=end)
    missing = Count("round__requirements", filter=Q(round__requirements__state__in=UNDECIDED))
    found = BreakGlass.objects.filter(wanted, round__in=rounds).select_related("round", "by")
    counted = found.annotate(missing=missing).order_by("due_at", "pk")[:limit]
    return [Unsigned(one, one.missing) for one in counted]
