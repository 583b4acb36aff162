"""The next times at which a plan breaks no rule, for all that it reaches and the people that it needs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.expressions import RawSQL

from apps.calendar.enums import LIVE, BookingState, ConflictKind, ConflictSeverity, PeriodKind
from apps.calendar.models import BookedComponent, BookedPerson, Booking, during
from apps.calendar.rules import Around, Needed, Plan, Rulebook, examine
from apps.calendar.rules.limits import counts
from apps.calendar.rules.pairs import DEPENDENCES, Pairs
from apps.calendar.rules.plans import InForce, Instants
from apps.calendar.rules.reaching import Reaching
from apps.calendar.rules.slots import (
    Asked,
    Obstacle,
    between,
    crowded_times,
    first_of_each_day,
    joined,
    reasons,
)
from apps.calendar.rules.times import MEANS, binds
from apps.calendar.selectors.bookings import live_between, parts_of, plans_of
from apps.calendar.selectors.conflicts import DRAFT, Found, found_by
from apps.calendar.selectors.rulebook import rulebook_in_force
from apps.calendar.selectors.times import Seen, periods_in_force, times_in, windowed
from apps.catalog.rules.impact import Graph
from apps.catalog.selectors import graph

LOOKED_AT = 14
"""Days with a free time, the earliest ones, whose warnings are worked out before they are ranked."""

OFFERED = 6
BLOCKING = ConflictSeverity.BLOCKING


@dataclass(frozen=True)
class Slot:
    """A time [start, end) that nothing blocks, with what to look out for in it."""

    start: datetime
    end: datetime
    beside: tuple[Found, ...]

    @property
    def warnings(self) -> int:
        """Return how many of these are warnings."""
        return sum(found.severity == ConflictSeverity.WARNING for found in self.beside)


@dataclass(frozen=True)
class Slots:
    """The slots that were found, the calmest first, and why days have none. ``days`` is how many were looked at."""

    slots: list[Slot]
    reasons: list[str]
    days: int
    free_days: int


def next_slots(
    component_ids: Collection[int],
    asked: Asked,
    *,
    exclude_ref: str = "",
    change_class: str = "",
    people: Sequence[Needed] = (),
) -> Slots:
    """Return the next times for a plan over these components, ranked by risk: fewest warnings, notices, then earliest.

    A slot breaks no blocking rule for what the plan moves, what it reaches and what reaches it. The number of
    queries does not grow with what is planned.
    """
    rulebook, known = rulebook_in_force(), graph()
    draft = Plan(
        DRAFT, asked.first, asked.last + asked.length, parts_of(component_ids), change_class, tuple(people)
    )
    refs = _related(draft, rulebook, known, exclude_ref)
    plans = plans_of(Booking.objects.filter(pk__in=refs))
    periods = periods_in_force()
    near = _telling(periods, draft, rulebook)
    around = Around(known, rulebook, times_in(near, [(draft.start, draft.end)]), windowed())
    obstacles = [
        *_of_plans(draft, plans, around, refs),
        *_of_times(draft, around, near),
        *_of_limits(draft, rulebook, exclude_ref),
    ]
    starts = first_of_each_day(asked, obstacles)
    free = [start for start in starts.values() if start is not None]
    slots = _judged(free[:LOOKED_AT], draft, asked, around, plans, periods)
    empty = [day for day, start in starts.items() if start is None]
    return Slots(slots[:OFFERED], reasons(asked, obstacles, empty), len(starts), len(free))


def _telling(periods: Mapping[int, Seen], draft: Plan, rulebook: Rulebook) -> Mapping[int, Seen]:
    """Return the periods that can block the draft: those that cover some of it, and shifts, which name people.

    What the draft only reaches can be under any freeze, so where that blocks it is all of them.
    """
    if rulebook.severities[ConflictKind.REACHES_FROZEN] == BLOCKING:
        return periods
    return {pk: one for pk, one in periods.items() if one.kind == PeriodKind.ON_CALL or one.covers(draft)}


def _judged(
    starts: Sequence[datetime],
    draft: Plan,
    asked: Asked,
    around: Around,
    plans: Sequence[Plan],
    periods: Mapping[int, Seen],
) -> list[Slot]:
    rulebook = around.rulebook
    bare = replace(rulebook, limits=())
    placed = [replace(draft, start=start, end=start + asked.length) for start in starts]
    every = times_in(periods, [(one.start, one.end) for one in placed])
    found = []
    for one in placed:
        first, last = one.start - rulebook.after, one.end + rulebook.after
        near = [plan for plan in plans if plan.start <= last and first <= plan.end]
        times = [each for each in every if one.meets(each.start, each.end)]
        found.append(examine(replace(around, times=times, rulebook=bare), [one, *near], {DRAFT}))
    slots = [
        Slot(one.start, one.end, tuple(beside))
        for one, beside in zip(placed, found_by(found, rulebook), strict=True)
        if not any(each.blocking for each in beside)
    ]
    return sorted(slots, key=lambda slot: (slot.warnings, len(slot.beside), slot.start))


def _related(draft: Plan, rulebook: Rulebook, known: Graph, exclude_ref: str) -> dict[int, str]:
    """Return the bookings that could have anything against the draft, wherever in the time it is: id → reference."""
    start, end = draft.start - rulebook.after, draft.end + rulebook.after
    live = Q(state__in=LIVE, during__overlap=(start, end))
    done = Q(state=BookingState.DONE, ended_at__gte=start, ended_at__lt=end)
    near = Booking.objects.alias(during=during()).filter(live | done).exclude(ref=exclude_ref)
    onward, back = (
        known.spread(draft.parts, reads=rulebook.reads, writes=rulebook.writes, against=against)
        for against in (False, True)
    )
    moved = BookedComponent.objects.all()
    touching = set(draft.parts).union(onward.reads, onward.writes, back.reads, back.writes)
    wanted = Q(pk__in=moved.filter(component_id__in=_among(touching)).values("booking"))
    if pools := draft.pools:
        wanted |= Q(pk__in=moved.filter(component__tags__overlap=sorted(pools)).values("booking"))
    if needed := [each.user_id for each in draft.people]:
        wanted |= Q(pk__in=BookedPerson.objects.filter(user__in=needed).values("booking"))
    return dict(near.filter(wanted).values_list("pk", "ref"))


def _among(ids: Collection[int]) -> RawSQL:
    """Return ids as one value of a query: there may be as many as components."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def _of_plans(
    draft: Plan, plans: Sequence[Plan], around: Around, refs: Mapping[int, str]
) -> Iterator[Obstacle]:
    """Return the times in which a plan blocks the draft. What only warns blocks nothing."""
    rulebook = around.rulebook
    shifts = [one for one in around.times if one.kind == PeriodKind.ON_CALL]
    blocking = [how for kind, how in DEPENDENCES.items() if rulebook.severities[kind] == BLOCKING]
    # Here it only matters whether one depends on the other: the ways, which take time, are worked out for the slots.
    pairs = Pairs(around.graph, rulebook, shifts, {DRAFT}, {})
    for plan in plans:
        # The draft stands for the whole time that is looked at, so it meets every plan in it.
        if any(pairs.depends(how, draft, plan) for how in blocking) or any(
            rulebook.severities[each.kind] == BLOCKING for each in pairs.between(draft, plan)
        ):
            yield Obstacle(plan.start, plan.end, refs[plan.id])
        pairs.forget(plan)
        quiet = _quiet(draft, plan, rulebook)
        if quiet:
            yield Obstacle(plan.end, plan.end + quiet, f"the quiet time after {refs[plan.id]}")
        if quiet and plan.live:
            yield Obstacle(plan.start - quiet, plan.start, f"{refs[plan.id]}, which follows too soon")


def _quiet(draft: Plan, plan: Plan, rulebook: Rulebook) -> timedelta | None:
    """Return how far apart the two must be where a quiet time or a gap blocks; nothing where it only warns."""
    shared = [part for key, part in plan.parts.items() if key in draft.parts]
    if not shared:
        return None
    # A quiet time that only warns hides a gap that blocks; we keep both away, which can only be too careful.
    spans = [rulebook.cooldown[part.tier] for part in shared if part.tier in rulebook.cooldown]
    found = max(spans) if spans and rulebook.severities[ConflictKind.COOLDOWN] == BLOCKING else None
    if rulebook.severities[ConflictKind.BACK_TO_BACK] == BLOCKING:
        gap = rulebook.back_to_back
        found = max(found, gap) if found else gap
    return found


def _of_times(draft: Plan, around: Around, periods: Mapping[int, Seen]) -> Iterator[Obstacle]:
    rulebook = around.rulebook
    reaching = Reaching(around.graph, rulebook)
    blocks: dict[int, bool] = {}
    for one in around.times:
        if one.period not in blocks:
            blocks[one.period] = _blocks(one, draft, rulebook, reaching)
        if blocks[one.period]:
            yield Obstacle(one.start, one.end, periods[one.period].name)
    if rulebook.severities[ConflictKind.OUTSIDE] == BLOCKING:
        yield from _outside(draft, around)


def _blocks(one: InForce, draft: Plan, rulebook: Rulebook, reaching: Reaching) -> bool:
    means = MEANS.get(one.kind)
    if one.covered(draft):
        return means is not None and rulebook.severities[means] == BLOCKING
    beyond = means == ConflictKind.FREEZE and rulebook.severities[ConflictKind.REACHES_FROZEN] == BLOCKING
    return beyond and any(reaching.into(draft, [one]))


def _outside(draft: Plan, around: Around) -> Iterator[Obstacle]:
    for part in draft.parts.values():
        mine = [one for one in around.windowed if binds(one, part, draft)]
        periods = {one.period for one in mine}
        allowed: list[Instants] = joined(
            (one.start, one.end) for one in around.times if one.period in periods
        )
        name = f"the time outside the maintenance windows of {part.key.rpartition('/')[2]}"
        for first, last in joined((one.start, one.end) for one in mine):
            for start, end in between(allowed, max(first, draft.start), min(last, draft.end)):
                yield Obstacle(start, end, name, outside=True)
            # Nothing may begin before the first window and run into it, nor out of the last one.
            for edge in (first, last):
                yield Obstacle(edge, edge, name, outside=True)


def _of_limits(draft: Plan, rulebook: Rulebook, exclude_ref: str) -> Iterator[Obstacle]:
    if rulebook.severities[ConflictKind.LIMIT] != BLOCKING:
        return
    mine = [limit for limit in rulebook.limits if counts(limit, draft)]
    if not mine:
        return
    others = plans_of(live_between(draft.start, draft.end).exclude(ref=exclude_ref))
    for limit in mine:
        counted = [(plan.start, plan.end) for plan in others if counts(limit, plan)]
        for start, end in crowded_times(counted, limit.most):
            yield Obstacle(start, end, f"“{limit.name}”, at most {limit.most} at once")
