"""The whole engine: everything that speaks against some plans, among all plans and times around them.

The plans are walked in the order in which they start, with those still near at hand: a plan is compared with those
that run at the same time, and with those whose quiet time has not passed.
"""

import heapq
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from apps.calendar.enums import PeriodKind
from apps.calendar.rules import limits, times
from apps.calendar.rules.findings import Finding
from apps.calendar.rules.pairs import Pairs
from apps.calendar.rules.plans import InForce, Plan
from apps.calendar.rules.reaching import Reaching
from apps.calendar.rules.rulebook import Rulebook
from apps.catalog.rules.impact import Graph


@dataclass(frozen=True)
class Around:
    """What plans are judged by: the graph, the rulebook, the instances of periods in order of time.

    ``windowed`` holds each maintenance window in force once, from its first start to its last end: in that time what
    it covers may change in its instances alone.
    """

    graph: Graph
    rulebook: Rulebook
    times: Sequence[InForce] = field(default=())
    windowed: Sequence[InForce] = field(default=())


def examine(around: Around, plans: Collection[Plan], focus: Collection[int]) -> list[Finding]:
    """Return all that speaks against each plan of ``focus`` (ids), among all these plans.

    ``plans`` must hold every plan near those in focus; for limits also every plan near those.
    """
    wanted = set(focus)
    shifts = [one for one in around.times if one.kind == PeriodKind.ON_CALL]
    pairs = Pairs(around.graph, around.rulebook, shifts, wanted)
    found = [
        finding
        for one, two in _near(plans, wanted, around.rulebook, pairs.forget)
        for finding in pairs.between(one, two)
    ]
    mine = sorted((plan for plan in plans if plan.id in wanted and plan.live), key=_by_start)
    reaching = Reaching(around.graph, around.rulebook)
    for plan, near in with_times(mine, around.times):
        found += times.met(plan, near, reaching)
        found += times.outside(plan, near, around.windowed)
    for limit in around.rulebook.limits:
        found += [one for one in limits.crowded(limit, plans) if one.first in wanted]
    return found


def _near(
    plans: Collection[Plan], focus: set[int], rulebook: Rulebook, forget: Callable[[Plan], None]
) -> Iterator[tuple[Plan, Plan]]:
    """Return each pair that is at the same time, or one after the other within the quiet time.

    A plan that is near none of those to come is forgotten: what is known of its reach is large.
    """
    at_hand: dict[int, Plan] = {}
    ends: list[tuple[datetime, int]] = []
    for plan in sorted(plans, key=_by_start):
        while ends and ends[0][0] <= plan.start:
            forget(at_hand.pop(heapq.heappop(ends)[1]))
        mine = plan.id in focus
        for other in at_hand.values():
            if mine or other.id in focus:
                yield other, plan
        at_hand[plan.id] = plan
        heapq.heappush(ends, (plan.end + rulebook.after, plan.id))


def with_times(plans: Sequence[Plan], every: Sequence[InForce]) -> Iterator[tuple[Plan, list[InForce]]]:
    """Return each plan, in order of start, with the instances that it meets, in order of time."""
    waiting, place = sorted(every, key=_time_order), 0
    running: list[InForce] = []
    for plan in plans:
        running = [one for one in running if one.end > plan.start]
        while place < len(waiting) and waiting[place].start < plan.end:
            running.append(waiting[place])
            place += 1
        yield plan, [one for one in running if plan.meets(one.start, one.end)]


def _by_start(plan: Plan) -> tuple[datetime, int]:
    return plan.start, plan.id


def _time_order(one: InForce) -> tuple[datetime, datetime, int]:
    return one.start, one.end, one.period
