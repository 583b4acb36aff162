"""What a waiver can set aside: the rules and the checks in force that can keep the gate closed."""

from dataclasses import dataclass

from apps.changes.models import Change
from apps.evidence.rules.checks.judging import needed_words
from apps.evidence.selectors import plan_in_force
from apps.gates.selectors.standing import plan_for, rules_for
from apps.policy.enums import STOPPING, Severity, Stage
from apps.policy.selectors import rules_in_force


@dataclass(frozen=True)
class Waivable:
    """A rule or a check in force. The id of a rule is in lower case, that of a check in capitals."""

    id: str
    title: str
    stage: Stage
    severity: Severity
    looks_at: str
    says: str
    is_check: bool = False

    @property
    def url(self) -> str:
        return f"/checks/#{self.id}" if self.is_check else f"/rules/{self.id}/"


def waivables(change: Change | None = None) -> list[Waivable]:
    """Return what can be waived for a change, by the versions that it is held to; without one, of those in force.

    The rules come first, each in the order of its document; two queries.
    """
    rules_held_to = rules_for(change)[1] if change else rules_in_force()[1]
    plan = plan_for(change) if change else plan_in_force()
    rules = [
        Waivable(one.id, one.title, one.stage, one.severity, one.said, one.says)
        for one in rules_held_to.rules
        if one.effect in STOPPING
    ]
    checks = [
        # A check says how grave it is by whether it stops a change at all.
        Waivable(
            one.id, one.name, Stage(one.stage), Severity.MAJOR, needed_words(one), one.says, is_check=True
        )
        for one in plan.plan.checks
        if one.blocks
    ]
    return rules + checks


def waivable(name: str, change: Change | None = None) -> Waivable | None:
    """Return the rule or the check with this id, or None where there is none that could be waived."""
    return next((one for one in waivables(change) if one.id == name), None)
