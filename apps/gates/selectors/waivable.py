"""What a waiver can set aside: the rules and the checks in force that can keep the gate closed."""

from dataclasses import dataclass

from apps.evidence.rules.checks.judging import needed_words
from apps.evidence.selectors import plan_in_force
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
    is_check: bool = False

    @property
    def url(self) -> str:
        return f"/checks/#{self.id}" if self.is_check else f"/rules/{self.id}/"


def waivables() -> list[Waivable]:
    """Return what can be waived now: the rules first, each in the order of its document; two queries."""
    rules = [
        Waivable(one.id, one.title, one.stage, one.severity, one.said)
        for one in rules_in_force()[1].rules
        if one.effect in STOPPING
    ]
    checks = [
        # A check says how grave it is by whether it stops a change at all.
        Waivable(one.id, one.name, Stage(one.stage), Severity.MAJOR, needed_words(one), is_check=True)
        for one in plan_in_force().plan.checks
        if one.blocks
    ]
    return rules + checks


def waivable(name: str) -> Waivable | None:
    """Return the rule or the check in force with this id, or None where there is none that could be waived."""
    return next((one for one in waivables() if one.id == name), None)
