"""Waivers of rules: those that count now, and those that a person may read or end."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import holds_any_role, holds_everywhere, works_on_changes
from apps.core import clock
from apps.core.actors import Actor
from apps.core.decisions import ALLOWED, Decision, denied
from apps.policy.models import RuleWaiver
from apps.policy.rules import Waived, holding


def waivers_now(refs: Collection[str], at: datetime | None = None) -> list[Waived]:
    """Return what is set aside for whatever has these references. One query."""
    moment = at or clock.now()
    rows = RuleWaiver.objects.filter(scope__in=refs, granted_at__isnull=False, until__gt=moment)
    rows = rows.annotate(signers=ArrayAgg("granted_by", filter=Q(granted_by__isnull=False), default=[]))
    return holding([_waived(row, row.signers) for row in rows], refs=refs, at=moment)


def waivers_for(user: User) -> QuerySet[RuleWaiver]:
    """Return the waivers that a person may read, newest first: all of them for whoever holds any role."""
    rows = RuleWaiver.objects.select_related("asked_by")
    return rows if holds_any_role(user) else rows.none()


def waiver_for(user: User, number: int) -> RuleWaiver | None:
    """Return a waiver that a person may read, or None."""
    return waivers_for(user).filter(number=number).first()


def waiver_exists(number: int) -> bool:
    """Return whether there is such a waiver, whoever may read it."""
    return RuleWaiver.objects.filter(number=number).exists()


def waivers_in_force(user: User) -> QuerySet[RuleWaiver]:
    """Return the waivers that count now, as a person may read them, the first to end first."""
    now = clock.now()
    counting = waivers_for(user).filter(granted_at__isnull=False, ended_at=None, until__gt=now)
    return counting.order_by("until")


def waivers_asked(user: User, refs: Collection[str]) -> dict[tuple[str, str], RuleWaiver]:
    """Return the waivers that wait for signatures, by rule and by what they are for, as a person may read them."""
    now = clock.now()
    waiting = waivers_for(user).filter(scope__in=refs, granted_at=None, ended_at=None, until__gt=now)
    return {(one.rule, one.scope): one for one in waiting}


def waivers_by_rule(user: User) -> dict[str, int]:
    """Return how many waivers of each rule count now, by its id, as a person may read them."""
    return dict(Counter(waivers_in_force(user).values_list("rule", flat=True)))


def waivers_ending(*, before: datetime) -> list[RuleWaiver]:
    """Return the waivers that count now and end before a moment, for the portal's own reminders."""
    rows = RuleWaiver.objects.select_related("asked_by").filter(granted_at__isnull=False, ended_at=None)
    return list(rows.filter(until__gt=clock.now(), until__lt=before))


def may_ask_waiver(actor: Actor) -> Decision:
    """Return whether an actor may ask for waivers: a person who proposes, approves or manages changes of anything."""
    if isinstance(actor.user, User) and works_on_changes(actor.user):
        return ALLOWED
    return denied(
        "Only people who propose, approve or manage changes ask for a waiver.",
        "Ask whoever asked for the change.",
    )


def may_end_waiver(actor: Actor, waiver: RuleWaiver) -> Decision:
    """Return whether an actor may take a waiver back: whoever asked for it, or a Change Manager over everything."""
    user = actor.user
    if not isinstance(user, User):
        return denied("Only a person takes a waiver back.")
    if user.pk == waiver.asked_by_id or holds_everywhere(user, Role.CHANGE_MANAGER):
        return ALLOWED
    return denied(
        "Only whoever asked for it, or a Change Manager over everything, takes a waiver back.",
        "Ask one of them.",
    )


def _waived(row: RuleWaiver, signers: list[int]) -> Waived:
    assert row.granted_at is not None
    return Waived(
        ref=row.ref,
        rule=row.rule,
        scope=row.scope,
        starts_at=row.granted_at,
        ends_at=row.until,
        revoked_at=row.ended_at,
        says=row.content["says"],
        granted_by=frozenset(signers),
    )
