"""Periods and their instances, for people and for the engine."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import accumulate

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import Team, User
from apps.accounts.selectors import grants_of, with_any_role
from apps.calendar.models import Booking, Occurrence, Period, during
from apps.calendar.models.periods import FROZEN
from apps.calendar.rules import Part, Plan, Recurrence, Rulebook, Scope, may_plan
from apps.calendar.rules.plans import Instants
from apps.calendar.rules.scopes import stored_scope
from apps.calendar.selectors.bookings import live_between, parts_of, plans_of
from apps.catalog.models import Component
from apps.catalog.selectors import graph
from apps.core.actors import Actor
from apps.core.decisions import Decision, denied

PREFIXES = {"FRZ": Q(kind__in=FROZEN), "CAL": ~Q(kind__in=FROZEN)}


def periods_visible_to(user: User) -> QuerySet[Period]:
    """Return all periods to anyone who holds a role, and none to others."""
    return Period.objects.filter(with_any_role(user))


def periods_between(
    user: User,
    start: datetime,
    end: datetime,
    *,
    team: str = "",
    kind: str = "",
    component: str = "",
) -> list[Occurrence]:
    """Return the instances of periods in force that meet [start, end), in order of time, each with its period.

    ``team`` (a slug), ``kind`` and ``component`` (a part of its key) leave out those that name another team, kind
    or component. What names none of these always stays.
    """
    found = in_force(Occurrence.objects.filter(period__in=periods_visible_to(user)), start, end)
    rows = list(found.select_related("period"))
    every = {row.period_id: row.period for row in rows}.values()
    kept = {period.pk for period in periods_kept(every, team=team, kind=kind, component=component)}
    return [row for row in rows if row.period_id in kept]


def periods_kept(
    periods: Iterable[Period], *, team: str = "", kind: str = "", component: str = ""
) -> list[Period]:
    """Return those of the periods that stay when a calendar is narrowed so (see ``periods_between``).

    Two queries, none where neither team nor kind is given.
    """
    scopes = [(period, scope_of(period)) for period in periods]
    named = {key for _, scope in scopes for key in scope.named("component")} if team or kind else set()
    known = {part.key: part for part in parts_of(_ids(named)).values()} if named else {}
    return [period for period, scope in scopes if _fits(scope, team, kind, component, known)]


def _fits(scope: Scope, team: str, kind: str, component: str, known: Mapping[str, Part]) -> bool:
    """Return whether a scope stays when a calendar is narrowed. ``known`` has the parts that it names by key."""
    keys = scope.named("component")
    parts = [known[key] for key in keys if key in known]
    if team and not _open_to(scope.named("team"), team):
        return False
    if kind and not _open_to(scope.named("kind"), kind):
        return False
    if keys and team and parts and not any(part.team == team for part in parts):
        return False
    if keys and kind and parts and not any(part.kind == kind for part in parts):
        return False
    return not (keys and component) or any(component.lower() in key.lower() for key in keys)


def _open_to(named: list[str], value: str) -> bool:
    return not named or value in named


def _ids(keys: Iterable[str]) -> list[int]:
    return list(Component.objects.filter(key__in=keys).values_list("pk", flat=True))


def period_for(user: User, ref: str) -> Period | None:
    """Return a period by its reference (FRZ-3, CAL-4), lifted or not, when the person may see it."""
    return _named(periods_visible_to(user), ref).select_related("owner").first()


def period_exists(ref: str) -> bool:
    """Return whether there is a period of this reference, whoever may see it."""
    return _named(Period.objects.all(), ref).exists()


def _named(periods: QuerySet[Period], ref: str) -> QuerySet[Period]:
    prefix, _, number = ref.partition("-")
    if prefix in PREFIXES and number.isascii() and number.isdecimal() and len(number) < 10:
        return periods.filter(PREFIXES[prefix], number=int(number))
    return periods.none()


def in_force(occurrences: QuerySet[Occurrence], start: datetime, end: datetime) -> QuerySet[Occurrence]:
    """Return the instances that meet [start, end) of periods that are not lifted, in order of time."""
    found = occurrences.filter(period__lifted_at=None).alias(during=during())
    return found.filter(during__overlap=(start, end)).order_by("start", "end", "period_id")


def periods_over(user: User, component: Component, start: datetime, end: datetime) -> list[Occurrence]:
    """Return the instances in [start, end) of freezes that a component falls under, in order of time."""
    team = component.owner_team.slug if component.owner_team else ""
    kind, tags, stage = component.kind, tuple(component.tags), component.stage
    part = Part(component.pk, component.key, kind, component.tier, team, tags, stage)
    return [
        row
        for row in periods_between(user, start, end)
        if row.period.frozen and scope_of(row.period).covers(part)
    ]


def recurrence_of(period: Period) -> Recurrence:
    """Return a period's times as they were meant."""
    return Recurrence(
        period.local_start,
        period.local_end,
        period.time_zone,
        period.rrule,
        tuple(period.exdates),
        tuple(period.rdates),
    )


def scope_of(period: Period) -> Scope:
    """Return what a period covers."""
    return stored_scope(period.scope)


def periods_naming(components: QuerySet[Component]) -> QuerySet[Period]:
    """Return the periods, lifted or not, whose scope names any of these components."""
    named = Func(
        OuterRef("scope__covers__component"), F("key"), function="jsonb_exists", output_field=BooleanField()
    )
    return Period.objects.filter(Exists(components.alias(named=named).filter(named=True)))


def may_plan_some(user: User) -> bool:
    """Return whether a person may plan a period over at least something."""
    return any(grant.role in (Role.CHANGE_MANAGER, Role.OWNER) for grant in grants_of(user))


def planned_inside(scope: Scope, times: Iterable[Instants]) -> list[Booking]:
    """Return the live bookings that a period of this scope and these instances would catch, in order of time."""
    caught = [
        plan.id
        for plan in _meeting(times)
        if any(scope.covers(part, plan.change_class) for part in plan.parts.values())
    ]
    return list(Booking.objects.filter(pk__in=caught).order_by("start", "pk"))


def planned_to_reach(scope: Scope, times: Iterable[Instants], rulebook: Rulebook) -> set[int]:
    """Return the ids of the live bookings in these instances that move or reach what a scope covers.

    One walk against the ties finds all that reaches it. A scope that asks for a class is taken for any class.
    """
    covered = set(covered_components(scope).values_list("pk", flat=True))
    back = graph().spread(covered, reads=rulebook.reads, writes=rulebook.writes, against=True)
    near = covered.union(back.reads, back.writes)
    return {plan.id for plan in _meeting(times) if not near.isdisjoint(plan.parts)}


def _meeting(times: Iterable[Instants]) -> list[Plan]:
    """Return the live plans that meet any of these times."""
    spans = sorted(times)
    if not spans:
        return []
    near = live_between(spans[0][0], max(end for _, end in spans))
    starts = [start for start, _ in spans]
    latest = list(accumulate((end for _, end in spans), max))

    def meets(plan: Plan) -> bool:
        # Of all that start before the plan ends, one that lasts longest tells for all of them.
        begun = bisect_left(starts, plan.end)
        return begun > 0 and latest[begun - 1] > plan.start

    return [plan for plan in plans_of(near) if meets(plan)]


def covered_components(scope: Scope) -> QuerySet[Component]:
    """Return the components in use that a scope covers, by whatever change."""
    found = Component.objects.filter(retired_at=None).order_by("name", "key")
    for facet, values in scope.covers_all_of.items():
        found = found.filter(_asked(facet, values))
    for facet, values in scope.leaves_out.items():
        if facet != "change_class":
            found = found.exclude(_asked(facet, values))
    return found


def _asked(facet: str, values: frozenset[str]) -> Q:
    match facet:
        case "component":
            return Q(key__in=values)
        case "team":
            return Q(owner_team__slug__in=values, owner_team__isnull=False)
        case "kind":
            return Q(kind__in=values)
        case "tier":
            return Q(tier__in=[int(value) for value in values])
        case "tag":
            return Q(tags__overlap=sorted(values))
        case "environment":
            return Q(stage__in=values)
    return Q()


def planning_decision(actor: Actor, scope: Scope) -> Decision:
    """Return whether the actor may plan or lift a period of this scope, with the reason when not."""
    if not isinstance(actor.user, User):
        return denied("Only a person may plan a freeze.")
    team_of: dict[str, int | None] = {}
    if scope.named("component"):
        team_of |= dict(
            Component.objects.filter(key__in=scope.named("component")).values_list("key", "owner_team_id")
        )
    if scope.named("team"):
        team_of |= dict(Team.objects.filter(slug__in=scope.named("team")).values_list("slug", "pk"))
    return may_plan(grants_of(actor.user), scope, team_of)
