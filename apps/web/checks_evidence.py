"""What the approver of a version of the checks judges by: why it is proposed, what is different, and all its checks."""

from dataclasses import dataclass

from apps.accounts.models import User
from apps.catalog.enums import ComponentKind
from apps.evidence.enums import Stage
from apps.evidence.rules.checks import Check, Plan
from apps.evidence.rules.checks.judging import needed_words
from apps.evidence.rules.checks.plans import DEMANDS
from apps.evidence.selectors import plan_in_force, plan_numbered, plans_for
from apps.web.evidence import Block, Prose, Table

NOT_THERE, TAKEN_AWAY = "Not there", "Taken away"


@dataclass(frozen=True)
class Differs:
    """One check, or the owner of one stage, as it was and as it would be."""

    what: str
    before: str
    after: str


def checks_evidence(user: User, ref: str) -> list[Block]:
    """Return the evidence on a version such as CHECKS-2, from the document whose digest is signed."""
    version = plans_for(user).filter(number=int(ref.removeprefix("CHECKS-"))).first()
    if version is None:
        return []
    plan, current = plan_numbered(version.number).plan, plan_in_force()
    rows = [[one.what, one.before, one.after] for one in differences(current.plan, plan)]
    asked = [
        [check.id, check.name, str(check.stage.label), needed_words(check), _if_not_met(check)]
        for stage in Stage
        for check in plan.of(stage)
    ]
    return [
        Prose("Why it is proposed", version.reason),
        Table(f"What is different from version {current.number}", ["What", "Before", "After"], rows),
        Table(
            "All its checks",
            ["Check", "Called", "Stage", "Needs", "If not met"],
            asked,
            aside=f"{len(asked)} check{'' if len(asked) == 1 else 's'}",
            folded=True,
        ),
    ]


def differences(before: Plan, after: Plan) -> list[Differs]:
    """Return the owners and the checks that are not as they were, in the order of the stages; of a check what moved."""
    found = []
    for stage in Stage:
        old, new = before.owners.get(stage), after.owners.get(stage)
        if old != new:
            names = [str(one.label) if one else "Nobody" for one in (old, new)]
            found.append(Differs(f"Owner of {stage.label}", *names))
    known = {check.id: check for check in before.checks}
    for check in after.checks:
        old_check = known.pop(check.id, None)
        if old_check is None:
            found.append(Differs(check.id, NOT_THERE, _said(parts_of(check))))
        elif old_check.asks() != check.asks():
            found.append(_moved(old_check, check))
    return found + [Differs(one.id, _said(parts_of(one)), TAKEN_AWAY) for one in known.values()]


def _moved(before: Check, after: Check) -> Differs:
    old, new = parts_of(before), parts_of(after)
    moved = [label for label in old if old[label] != new[label]]
    return Differs(after.id, _said({one: old[one] for one in moved}), _said({one: new[one] for one in moved}))


def parts_of(check: Check) -> dict[str, str]:
    """Return everything that a check says, by what it is called. What differs in ``asks`` differs here."""
    kinds = ", ".join(str(ComponentKind(kind).label) for kind in check.kinds) or "Every component"
    tiers = f", tier {', '.join(map(str, check.tiers))}" if check.tiers else ""
    hours = check.fresh_for.total_seconds() / 3600 if check.fresh_for is not None else None
    return {
        "Name": check.name,
        "Stage": str(check.stage.label),
        "About": f"{check.category.label}{f', {check.metric}' if check.metric else ''}",
        "Demands": DEMANDS[check.demand],
        "Bound": _bound(check),
        "Judged": "each segment" if check.each_segment else "the whole",
        "Cases": f"{check.smallest_sample:,} in all, {check.smallest_segment:,} in each segment",
        "Of": kinds + tiers,
        "Fresh for": "as long as it stands" if hours is None else f"{hours:g} hours",
        "If not met": _if_not_met(check),
        "Remedy": check.remedy or "None named",
    }


def _bound(check: Check) -> str:
    """Return the bound with the side on which good lies, and which number is held to it."""
    bound = "none" if check.bound is None else f"{check.bound:g}"
    side = "good lies above" if check.at_least else "good lies below"
    number = ", by the worse end of the interval" if check.by_interval else ""
    return f"{bound}, {side}{number}"


def _said(parts: dict[str, str]) -> str:
    return ". ".join(f"{label}: {text.rstrip('.')}" for label, text in parts.items()) + "."


def _if_not_met(check: Check) -> str:
    return "Stops the change" if check.blocks else "Warns"
