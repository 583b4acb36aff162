"""What the times that mean something have against a plan."""

from collections.abc import Collection, Iterator, Sequence

from apps.calendar.enums import ConflictKind, PeriodKind
from apps.calendar.rules.findings import Finding
from apps.calendar.rules.plans import InForce, Plan
from apps.calendar.rules.reaching import Reaching
from apps.calendar.rules.scopes import Part

MEANS = {
    PeriodKind.FREEZE: ConflictKind.FREEZE,
    PeriodKind.BLACKOUT: ConflictKind.FREEZE,
    PeriodKind.COOLDOWN: ConflictKind.COOLDOWN,
    PeriodKind.RETRAINING: ConflictKind.RETRAINING,
    PeriodKind.EVENT: ConflictKind.EVENT,
}
"""What it is for a plan to meet a period. A maintenance window means the reverse; a shift means its people."""


def met(plan: Plan, times: Collection[InForce], reaching: Reaching) -> Iterator[Finding]:
    """Return each period that a plan must not meet and does, once, with the first instance that it meets.

    Of the freezes that cover nothing it moves, the nearest that it reaches is found. ``times`` come in order of time.
    """
    told: set[int] = set()
    beyond: list[InForce] = []
    for one in times:
        if one.kind in MEANS and one.period not in told and plan.meets(one.start, one.end):
            covered = one.covered(plan)
            if covered:
                told.add(one.period)
                start, end = max(plan.start, one.start), min(plan.end, one.end)
                yield Finding(
                    MEANS[one.kind], plan.id, start, end, period=one.period, path=tuple(covered[:1])
                )
            elif MEANS[one.kind] == ConflictKind.FREEZE:
                beyond.append(one)
    yield from reaching.into(plan, beyond)


def outside(plan: Plan, times: Collection[InForce], windowed: Sequence[InForce]) -> Iterator[Finding]:
    """Return each maintenance window that binds the plan, where neither it nor several in a row hold the plan.

    ``windowed`` holds each once, from its first start to its last end. Only a plan that meets that time is bound by
    it: a window that is still to come, or over for good, forbids nothing. ``times`` are the instances that the plan
    meets, in order.
    """
    out: dict[int, list[str]] = {}
    for part in plan.parts.values():
        mine = {one.period for one in windowed if binds(one, part, plan)}
        if mine and not _held(plan, [one for one in times if one.period in mine]):
            for period in mine:
                out.setdefault(period, []).append(part.key)
    for period, keys in sorted(out.items()):
        yield Finding(ConflictKind.OUTSIDE, plan.id, plan.start, plan.end, period=period, path=(min(keys),))


def binds(window: InForce, part: Part, plan: Plan) -> bool:
    """Return whether a maintenance window, from its first start to its last end, binds a part of a plan."""
    return plan.meets(window.start, window.end) and window.scope.covers(part, plan.change_class)


def _held(plan: Plan, windows: Sequence[InForce]) -> bool:
    """Return whether windows, in order of time, hold a plan from its start to its end without a gap."""
    reached = plan.start
    for one in windows:
        if one.start > reached:
            break
        reached = max(reached, one.end)
    return reached >= plan.end
