"""Too many plans at once."""

from collections.abc import Collection, Iterator

from apps.calendar.enums import ConflictKind
from apps.calendar.rules.findings import Finding
from apps.calendar.rules.plans import Plan
from apps.calendar.rules.rulebook import Limit


def crowded(limit: Limit, plans: Collection[Plan]) -> Iterator[Finding]:
    """Return every plan that runs at a moment when more than the limit run that it counts.

    The time told is from the first such moment of the plan to the last.
    """
    counted = [plan for plan in plans if plan.live and counts(limit, plan)]
    moments = sorted({moment for plan in counted for moment in (plan.start, plan.end)})
    starts: dict[object, list[Plan]] = {}
    for plan in counted:
        starts.setdefault(plan.start, []).append(plan)
    running: dict[int, Plan] = {}
    found: dict[int, Finding] = {}
    for here, there in zip(moments, moments[1:], strict=False):
        running = {pk: plan for pk, plan in running.items() if plan.end > here}
        running |= {plan.id: plan for plan in starts.get(here, ())}
        if len(running) <= limit.most:
            continue
        for pk in running:
            begins = found[pk].start if pk in found else here
            found[pk] = Finding(ConflictKind.LIMIT, pk, begins, there, what=limit.name)
    yield from found.values()


def counts(limit: Limit, plan: Plan) -> bool:
    """Return whether a limit counts a plan."""
    return any(limit.scope.covers(part, plan.change_class) for part in plan.parts.values())
