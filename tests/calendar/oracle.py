"""What the conflict engine must find, worked out the slow way: every minute, every pair, every walk."""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from apps.calendar.enums import ConflictKind, Duty, PeriodKind
from apps.calendar.rules import InForce, Part, Plan, Rulebook
from apps.catalog.enums import DependencyKind
from apps.catalog.rules.impact import Graph

MINUTE = timedelta(minutes=1)
Identity = tuple[str, int, int | None, int | None, str]

MET = {
    PeriodKind.FREEZE: ConflictKind.FREEZE,
    PeriodKind.BLACKOUT: ConflictKind.FREEZE,
    PeriodKind.COOLDOWN: ConflictKind.COOLDOWN,
    PeriodKind.RETRAINING: ConflictKind.RETRAINING,
    PeriodKind.EVENT: ConflictKind.EVENT,
}


def minutes(start: datetime, end: datetime) -> set[datetime]:
    """Return every minute that begins in [start, end)."""
    return {start + MINUTE * step for step in range(int((end - start) / MINUTE))}


def walks(graph: Graph, plan: Plan) -> dict[tuple[int, bool], int]:
    """Return the fewest steps from what a plan moves to each component, without and with a ``writes`` on the way."""
    found = {(part, False): 0 for part in plan.parts}
    queue = deque(found)
    while queue:
        here, wrote = queue.popleft()
        for tie in graph.ties:
            if tie.source == here:
                there = (tie.target, wrote or tie.kind == DependencyKind.WRITES)
                if there not in found:
                    found[there] = found[here, wrote] + 1
                    queue.append(there)
    return found


def expected(
    graph: Graph,
    rulebook: Rulebook,
    plans: Sequence[Plan],
    times: Iterable[InForce] = (),
    windowed: Iterable[InForce] = (),
) -> dict[Identity, int]:
    """Return what must be found → how many components the shortest path holds (0 where there is no path)."""
    times, windowed = list(times), list(windowed)
    found: dict[Identity, int] = {}
    running = {plan.id: minutes(plan.start, plan.end) for plan in plans}
    for one in plans:
        found |= alone(one, times, windowed, running[one.id])
        found |= reached(graph, rulebook, one, times, running[one.id])
        for two in plans:
            if one.id < two.id:
                both = running[one.id] & running[two.id]
                if one.live and two.live and both:
                    found |= together(graph, rulebook, one, two, both, times)
                found |= following(rulebook, one, two) | following(rulebook, two, one)
    for limit in rulebook.limits:
        counted = [
            plan
            for plan in plans
            if plan.live and any(limit.scope.covers(part, plan.change_class) for part in plan.parts.values())
        ]
        for minute in {minute for plan in counted for minute in running[plan.id]}:
            there = [plan for plan in counted if minute in running[plan.id]]
            if len(there) > limit.most:
                found |= {("limit", plan.id, None, None, limit.name): 0 for plan in there}
    return found


def alone(
    plan: Plan, times: list[InForce], windowed: list[InForce], running: set[datetime]
) -> dict[Identity, int]:
    if not plan.live:
        return {}
    found: dict[Identity, int] = {}
    for time in times:
        covered = any(time.scope.covers(part, plan.change_class) for part in plan.parts.values())
        if time.kind in MET and covered and running & minutes(time.start, time.end):
            found[MET[time.kind], plan.id, None, time.period, ""] = 1
    for part in plan.parts.values():
        # A window binds from its first start to its last end.
        mine = {
            each.period
            for each in windowed
            if each.scope.covers(part, plan.change_class)
            and any(each.start <= minute < each.end for minute in running)
        }
        allowed = [minutes(time.start, time.end) for time in times if time.period in mine]
        if running - set().union(*allowed):
            found |= {(ConflictKind.OUTSIDE, plan.id, None, period, ""): 1 for period in mine}
    return found


def reached(
    graph: Graph, rulebook: Rulebook, plan: Plan, times: list[InForce], running: set[datetime]
) -> dict[Identity, int]:
    """Find the freeze nearest to what a plan moves, of those that cover none of it, over every walk and minute."""
    if not plan.live:
        return {}
    most = {False: rulebook.reads, True: rulebook.writes}
    near: dict[tuple[int, tuple[str, ...]], list[InForce]] = {}
    for way in ways(graph, plan, most):
        node = graph.nodes[graph.id_of[way[-1]]]
        part = Part(node.id, node.key, node.kind, node.tier, node.team, node.tags, node.stage)
        for time in times:
            frozen = time.kind in (PeriodKind.FREEZE, PeriodKind.BLACKOUT) and not time.covered(plan)
            meets = time.scope.covers(part, plan.change_class) and running & minutes(time.start, time.end)
            if frozen and meets:
                near.setdefault((len(way), way), []).append(time)
    if not near:
        return {}
    first = min(near[min(near)], key=lambda time: (time.start, time.end, time.period))
    return {(ConflictKind.REACHES_FROZEN, plan.id, None, first.period, ""): min(near)[0]}


def ways(graph: Graph, plan: Plan, most: dict[bool, int | None]) -> set[tuple[str, ...]]:
    """Return every shortest way, as keys, from what a plan moves to what it does not, within the bounds."""
    least = walks(graph, plan)
    key = {pk: node.key for pk, node in graph.nodes.items()}
    ends = {(part, False): {(key[part],)} for part in plan.parts}
    for (here, wrote), far in sorted(least.items(), key=lambda each: each[1]):
        for tie in graph.ties:
            there = (tie.target, wrote or tie.kind == DependencyKind.WRITES)
            if tie.source == here and least[there] == far + 1:
                ends.setdefault(there, set()).update((*way, key[tie.target]) for way in ends[here, wrote])
    return {
        way
        for (part, wrote), all_ways in ends.items()
        for way in all_ways
        if part not in plan.parts and (most[wrote] is None or len(way) - 1 <= most[wrote])
    }


def together(
    graph: Graph, rulebook: Rulebook, one: Plan, two: Plan, both: set[datetime], times: list[InForce]
) -> dict[Identity, int]:
    found: dict[Identity, int] = {}
    if one.parts.keys() & two.parts.keys():
        found[ConflictKind.SAME_COMPONENT, one.id, two.id, None, ""] = 1
    for kind, wrote, most in (
        (ConflictKind.READS, False, rulebook.reads),
        (ConflictKind.WRITES, True, rulebook.writes),
    ):
        steps = [
            far
            for source, target in ((one, two), (two, one))
            for (part, by_writing), far in walks(graph, source).items()
            if by_writing == wrote and part in target.parts and part not in source.parts
        ]
        near = [far for far in steps if most is None or far <= most]
        if near:
            found[kind, one.id, two.id, None, ""] = min(near) + 1
    for pool in {tag for part in one.parts.values() for tag in part.tags if tag.startswith("pool:")}:
        if any(pool in part.tags for part in two.parts.values()):
            found[ConflictKind.POOL, one.id, two.id, None, pool] = 0
    for minute in both:
        ours, theirs = needed(one, minute, times), needed(two, minute, times)
        for user, duty in ours:
            for other, their_duty in theirs:
                if user == other:
                    approves = Duty.APPROVER in (duty, their_duty)
                    kind = ConflictKind.APPROVER if approves else ConflictKind.PERSON
                    found[kind, one.id, two.id, None, f"person:{user}"] = 0
    return found


def needed(plan: Plan, minute: datetime, times: list[InForce]) -> set[tuple[int, Duty]]:
    """Return whom a plan needs in one minute."""
    found = {(each.user_id, each.duty) for each in plan.people}
    for time in times:
        if time.kind == PeriodKind.ON_CALL and time.start <= minute < time.end and time.covered(plan):
            found |= {(user, Duty.ON_CALL) for user in time.on_call}
    return found


def following(rulebook: Rulebook, before: Plan, after: Plan) -> dict[Identity, int]:
    if not after.live or before.end > after.start:
        return {}
    shared = [part for key, part in before.parts.items() if key in after.parts]
    first, other = sorted((before.id, after.id))
    gap = after.start - before.end
    if any(gap < rulebook.cooldown.get(part.tier, timedelta()) for part in shared):
        return {(ConflictKind.COOLDOWN, first, other, None, ""): 1}
    if shared and gap < rulebook.back_to_back:
        return {(ConflictKind.BACK_TO_BACK, first, other, None, ""): 1}
    return {}
