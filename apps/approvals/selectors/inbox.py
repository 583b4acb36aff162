"""One person's inbox, found from the grants that they hold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from django.db.models import BooleanField, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from apps.accounts.enums import GrantScope
from apps.accounts.models import RoleGrant, User
from apps.accounts.selectors import grants_of, holds_any_role
from apps.approvals.enums import RequirementState, SignatureDecision
from apps.approvals.models import Requirement, Signature
from apps.approvals.selectors.cover import delegations_of
from apps.approvals.selectors.inquiries import questions_to
from apps.approvals.selectors.narrowing import EVERYTHING, Narrow, narrowed
from apps.approvals.selectors.ownership import checks_of
from apps.core import clock
from apps.core.counting import counts

Tab = Literal["needs_me", "snoozed", "waiting", "decided"]
BADGE_LIMIT = 99


def inbox_for(user: User, tab: Tab, narrow: Narrow = EVERYTHING) -> QuerySet[Requirement]:
    """Return a person's requirements with their rounds: what needs them, what they put off, what waits or was decided.

    All but the last are sorted by time left, then risk. ``decided`` is newest first, with ``my_decision`` and
    ``my_signed_at``; when it was due is past, so ``narrow.due`` is not asked there.
    """
    if tab == "decided":
        return _decided_by(user, replace(narrow, due=(None, None)))
    if tab == "waiting":
        rows = _waited_for_by(user)
    else:
        rows = _needing(user, put_off=tab == "snoozed", for_another=narrow.for_another)
    rows = narrowed(rows, narrow)
    return rows.select_related("round", "team").order_by("due_at", "-round__risk", "pk")


def open_count_for(user: User) -> int:
    """Return how many requirements need a person, counted no further than a badge can show."""
    return _needing_counted(user).count()


def _needing_counted(user: User) -> QuerySet[Requirement]:
    # In this order the index of open requirements gives the first hundred at once.
    return _needing(user).order_by("due_at")[: BADGE_LIMIT + 1]


@dataclass(frozen=True)
class Counts:
    """What is in a person's inbox; what could be many is counted no further than a badge can show."""

    needs_me: int
    waiting: int
    snoozed: int
    questions: int
    checks: int
    cover: int


def inbox_counts(user: User) -> Counts:
    """Return how much needs a person, waits for others and was put off, and what else they are asked; one query."""
    waiting = _waited_for_by(user).order_by()[: BADGE_LIMIT + 1]
    snoozed = _needing(user, put_off=True).order_by()[: BADGE_LIMIT + 1]
    return Counts(
        *counts(
            _needing_counted(user),
            waiting,
            snoozed,
            questions_to(user),
            checks_of(user),
            delegations_of(user),
        )
    )


_OWN = Q(signatures__withdrawn_at=None) & ~Q(signatures__decision=SignatureDecision.WITHDRAW)


def _decided_by(user: User, narrow: Narrow) -> QuerySet[Requirement]:
    own = FilteredRelation("signatures", condition=_OWN & Q(signatures__signer=user))
    rows = narrowed(Requirement.objects.select_related("round", "team"), narrow)
    found = rows.annotate(own=own).filter(own__signer=user)
    if narrow.for_another:
        found = found.filter(own__on_behalf_of__isnull=False)
    decided = found.annotate(my_decision=F("own__decision"), my_signed_at=F("own__signed_at"))
    return decided.order_by("-own__signed_at", "-own__pk")


def _waited_for_by(user: User) -> QuerySet[Requirement]:
    return Requirement.objects.filter(round__opened_by=user, state=RequirementState.OPEN)


# Every page counts these, and building the conditions from the models would cost more than their answer.
_FREE = """
NOT EXISTS (
    SELECT 1 FROM approvals_bar bar
    WHERE bar.user_id = {person} AND bar.round_id = {asked}.round_id
      AND (bar.requirement_id IS NULL OR bar.requirement_id = {asked}.id))
AND NOT EXISTS (
    SELECT 1 FROM approvals_signature own JOIN approvals_requirement other ON other.id = own.requirement_id
    WHERE {person} IN (own.signer_id, own.on_behalf_of_id) AND other.round_id = {asked}.round_id
      AND own.withdrawn_at IS NULL AND own.decision <> 'withdraw'
      AND (other.id = {asked}.id OR (other.role <> {asked}.role AND own.decision <> 'abstain')))
AND NOT EXISTS (
    SELECT 1 FROM approvals_earliersignature kept JOIN approvals_signature own ON own.id = kept.signature_id
    JOIN approvals_requirement other ON other.id = kept.requirement_id
    WHERE kept.counts AND kept.withdrawn_at IS NULL
      AND {person} IN (own.signer_id, own.on_behalf_of_id) AND other.round_id = {asked}.round_id
      AND (other.role <> {asked}.role OR other.id = {asked}.id))
"""
_FREE_TO_SIGN = _FREE.format(person="%s", asked="approvals_requirement")
_REACHES = """
({reach}.scope = 'everything' OR {reach}.scope = 'team' AND {reach}.team_id = asked.team_id
 OR {reach}.scope = 'component' AND {reach}.component_key = asked.component_key)
"""
# What those ask for in whose place a person may sign: by a delegation in force and a grant that the giver holds.
# Most people stand in for nobody. That is asked first, for all rows at once: a planner that knows little of the tables
# may else look at what is open for each giver before it finds that there is none.
_IN_ANOTHERS_PLACE = f"""
EXISTS (
    SELECT 1 FROM approvals_delegation cover
    WHERE cover.delegate_id = %s AND cover.accepted_at IS NOT NULL AND cover.ended_at IS NULL
      AND cover.starts_at <= %s AND cover.ends_at > %s)
AND approvals_requirement.id IN (
    SELECT asked.id
    FROM approvals_delegation cover
    JOIN accounts_user giver ON giver.id = cover.giver_id AND giver.is_active
    JOIN accounts_rolegrant held ON held.user_id = giver.id
    JOIN approvals_requirement asked ON asked.state = 'open' AND asked.role = held.role
    WHERE (asked.named = '{{}}' OR giver.id = ANY(asked.named))
      AND cover.delegate_id = %s AND cover.accepted_at IS NOT NULL AND cover.ended_at IS NULL
      AND cover.starts_at <= %s AND cover.ends_at > %s
      AND held.valid_from <= %s AND (held.valid_to IS NULL OR held.valid_to > %s)
      AND (held.revoked_at IS NULL OR held.revoked_at > %s)
      AND cover.role IN ('', asked.role) AND {_REACHES.format(reach="held")} AND {_REACHES.format(reach="cover")}
      AND {_FREE.format(person="giver.id", asked="asked")})
"""


# Read once, as a list: joined to what is open, it kept the planner from taking the first hundred by their due time.
_PUT_OFF = """
approvals_requirement.id = ANY (ARRAY(
    SELECT snooze.requirement_id FROM approvals_snooze snooze
    WHERE snooze.user_id = %s AND snooze.woken_at IS NULL AND snooze.until > %s))
"""


def _needing(user: User, *, put_off: bool = False, for_another: bool = False) -> QuerySet[Requirement]:
    """Return the open requirements that a person may sign, from what they hold, were handed, and stand in for.

    With ``put_off``, those that they put off until later; else those that they did not. With ``for_another``, only
    what they stand in for. It says what ``rules.may_sign`` and ``may_sign_for`` say, in SQL; tests hold them together.
    """
    grants = grants_of(user)
    if not grants:
        return Requirement.objects.none()
    free = RawSQL(_FREE_TO_SIGN, [user.pk] * 3, output_field=BooleanField())
    now = clock.now()
    covered = RawSQL(
        _IN_ANOTHERS_PLACE, [user.pk, now, now, user.pk, *[now] * 5], output_field=BooleanField()
    )
    named = Q(named=[]) | Q(named__contains=[user.pk])
    own = (_reached_by(grants) & named) | Q(handed_to=user)
    reached = Q(covered) & ~own if for_another else own | Q(covered)
    asleep = RawSQL(_PUT_OFF if put_off else f"NOT {_PUT_OFF}", [user.pk, now], output_field=BooleanField())
    return Requirement.objects.filter(reached, free, asleep, state=RequirementState.OPEN)


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
    ``taken_back_at`` is when this person last took a signature of theirs back from it, or None.
    """
    own = Signature.objects.filter(
        requirement=OuterRef("pk"), signer=user, decision=SignatureDecision.WITHDRAW
    )
    rows = Requirement.objects.select_related("round", "team", "round__opened_by").filter(pk=pk)
    found = rows.annotate(taken_back_at=Subquery(own.order_by("-pk").values("signed_at")[:1])).first()
    if found is None or not (found.round.opened_by_id == user.pk or holds_any_role(user)):
        return None
    return found


def requirement_exists(pk: int) -> bool:
    """Return whether there is such a requirement, so that a look that was refused can be told from a wrong address."""
    return Requirement.objects.filter(pk=pk).exists()
