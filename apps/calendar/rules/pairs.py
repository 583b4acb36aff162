"""What two plans can have against each other."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.calendar.enums import ConflictKind, Duty
from apps.calendar.rules.findings import Finding
from apps.calendar.rules.plans import InForce, Instants, Plan
from apps.calendar.rules.rulebook import Rulebook
from apps.catalog.rules.impact import Graph
from apps.catalog.rules.spread import Dependence, Spread

DEPENDENCES: dict[ConflictKind, Dependence] = {ConflictKind.READS: "reads", ConflictKind.WRITES: "writes"}


@dataclass(frozen=True, slots=True)
class Watch:
    """A time [start, end) in which a plan needs a person."""

    user_id: int
    start: datetime
    end: datetime
    duty: Duty


class Pairs:
    """Compares plans two at a time, at least one of each two in ``focus`` (ids).

    What it works out for one plan serves all its pairs. ``dependences`` says which of them it looks for.
    """

    def __init__(
        self,
        graph: Graph,
        rulebook: Rulebook,
        shifts: Collection[InForce],
        focus: Collection[int],
        dependences: Mapping[ConflictKind, Dependence] = DEPENDENCES,
    ) -> None:
        self._graph, self._rulebook, self._shifts = graph, rulebook, shifts
        self._focus, self._dependences = focus, dependences
        self._spreads: dict[tuple[int, bool], Spread] = {}
        self._watches: dict[int, list[Watch]] = {}

    def forget(self, plan: Plan) -> None:
        """Drop what was worked out for a plan."""
        for against in (False, True):
            self._spreads.pop((plan.id, against), None)
        self._watches.pop(plan.id, None)

    def between(self, one: Plan, two: Plan) -> Iterator[Finding]:
        """Return all that is wrong between two plans."""
        first, other = (one, two) if one.id < two.id else (two, one)
        if one.live and two.live and one.meets(two.start, two.end):
            start, end = max(one.start, two.start), min(one.end, two.end)
            yield from self._same(first, other, start, end)
            yield from self._dependence(first, other, start, end)
            yield from self._people(first, other)
            for pool in sorted(first.pools & other.pools):
                yield Finding(ConflictKind.POOL, first.id, start, end, other.id, what=pool)
            return
        yield from self._following(first, other)

    def depends(self, dependence: Dependence, one: Plan, two: Plan) -> bool:
        """Return whether what either moves leads to what the other alone moves, while both run."""
        if not (one.live and two.live and one.meets(two.start, two.end)):
            return False
        return any(self._nearest(dependence, *way)[1] for way in ((one, two), (two, one)))

    def _same(self, first: Plan, other: Plan, start: datetime, end: datetime) -> Iterator[Finding]:
        key = _shared(first, other)
        if key:
            yield Finding(ConflictKind.SAME_COMPONENT, first.id, start, end, other.id, path=(key,))

    def _dependence(self, first: Plan, other: Plan, start: datetime, end: datetime) -> Iterator[Finding]:
        """Follow what each moves to what the other alone moves; of both ways the shorter path is told."""
        for kind, dependence in self._dependences.items():
            ways = [
                (self._path(dependence, first, other), True),
                (self._path(dependence, other, first), False),
            ]
            found = [(len(path), path, not forward) for path, forward in ways if path]
            if found:
                _, path, against = min(found)
                yield Finding(kind, first.id, start, end, other.id, path=path, forward=not against)

    def _path(self, dependence: Dependence, source: Plan, target: Plan) -> tuple[str, ...]:
        """Return the shortest way from what one moves to what the other alone moves; empty when there is none."""
        spread, parts = self._nearest(dependence, source, target)
        return min((spread.path(part, dependence) for part in parts), default=())

    def _nearest(self, dependence: Dependence, source: Plan, target: Plan) -> tuple[Spread, list[int]]:
        """Return a walk between the two, and the parts at its end that are the fewest steps away.

        One walk serves all the pairs of a plan, so it is the plan in focus from which we walk: from a target against
        the ties, which finds the same ways. But there a part that both move would end them before they start.
        """
        against = (
            source.id not in self._focus
            and target.id in self._focus
            and source.parts.keys().isdisjoint(target.parts)
        )
        here, there = (target, source) if against else (source, target)
        spread = self._spread(here, against)
        depths = spread.reads if dependence == "reads" else spread.writes
        goals = [part for part in there.parts if part not in here.parts]
        near = [(depths[part], part) for part in goals if part in depths]
        least = min(near, default=(0, 0))[0]
        return spread, [part for depth, part in near if depth == least]

    def _spread(self, plan: Plan, against: bool) -> Spread:
        key = plan.id, against
        if key not in self._spreads:
            reads, writes = self._rulebook.reads, self._rulebook.writes
            self._spreads[key] = self._graph.spread(plan.parts, reads=reads, writes=writes, against=against)
        return self._spreads[key]

    def _people(self, first: Plan, other: Plan) -> Iterator[Finding]:
        """Find whoever both need at the same moment; an approver counts apart from who must be at hand."""
        met: dict[tuple[ConflictKind, int], Instants] = {}
        theirs: dict[int, list[Watch]] = {}
        for watch in self._needed(other):
            theirs.setdefault(watch.user_id, []).append(watch)
        for mine in self._needed(first):
            for watch in theirs.get(mine.user_id, ()):
                start, end = max(mine.start, watch.start), min(mine.end, watch.end)
                if start < end:
                    approves = Duty.APPROVER in (mine.duty, watch.duty)
                    key = (ConflictKind.APPROVER if approves else ConflictKind.PERSON, mine.user_id)
                    before = met.get(key, (start, end))
                    met[key] = (min(before[0], start), max(before[1], end))
        for (kind, user_id), (start, end) in sorted(met.items()):
            yield Finding(kind, first.id, start, end, other.id, what=f"person:{user_id}")

    def _needed(self, plan: Plan) -> list[Watch]:
        if plan.id not in self._watches:
            found = [Watch(each.user_id, plan.start, plan.end, each.duty) for each in plan.people]
            for shift in self._shifts:
                if plan.meets(shift.start, shift.end) and shift.covered(plan):
                    start, end = max(plan.start, shift.start), min(plan.end, shift.end)
                    found += [Watch(user, start, end, Duty.ON_CALL) for user in shift.on_call]
            self._watches[plan.id] = found
        return self._watches[plan.id]

    def _following(self, first: Plan, other: Plan) -> Iterator[Finding]:
        """Find a plan that begins in the quiet time after the other, or right after it."""
        before, after = (first, other) if (first.end, first.id) <= (other.start, other.id) else (other, first)
        if not after.live or before.end > after.start:
            return
        gap = after.start - before.end
        shared = {part.key: part.tier for key, part in before.parts.items() if key in after.parts}
        quiet = {key: self._rulebook.cooldown.get(tier, timedelta()) for key, tier in shared.items()}
        inside = sorted(
            (key for key, span in quiet.items() if gap < span), key=lambda key: (-quiet[key], key)
        )
        forward = before is first
        if inside:
            until = before.end + quiet[inside[0]]
            yield Finding(
                ConflictKind.COOLDOWN,
                first.id,
                after.start,
                min(after.end, until),
                other.id,
                path=(inside[0],),
                forward=forward,
            )
        elif shared and gap < self._rulebook.back_to_back:
            yield Finding(
                ConflictKind.BACK_TO_BACK,
                first.id,
                before.end,
                after.end,
                other.id,
                path=(min(shared),),
                forward=forward,
            )


def _shared(one: Plan, two: Plan) -> str:
    both: Mapping[int, object] = one.parts
    return min((part.key for key, part in two.parts.items() if key in both), default="")
