"""Which rule of which version of the policy asked for which signature, from both ends."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from apps.accounts.models import User
from apps.accounts.selectors import holds_any_role
from apps.approvals.enums import UNDECIDED
from apps.approvals.models import PolicyVersion, Requirement, Round
from apps.approvals.rules import Rule
from apps.approvals.selectors.policy import policy_in_force, policy_numbered, rules_in
from apps.approvals.selectors.standing import Standing, standing


@dataclass(frozen=True)
class Asked:
    """One signature that a round asked for, how it stands, and the rule that asked; none when no policy was kept."""

    one: Standing
    rule: Rule | None


@dataclass(frozen=True)
class Explanation:
    """Why a round asked whom. ``silent`` holds the rules that asked for nothing, in order."""

    policy: PolicyVersion | None
    current: PolicyVersion
    asked: list[Asked]
    silent: list[Rule]

    @property
    def moved_on(self) -> bool:
        """Return whether another version is in force by now. The round stays under its own."""
        return self.policy is not None and self.policy.digest != self.current.digest


def explanation_of(round_: Round) -> Explanation:
    """Return why a round asked whom, in a constant number of queries."""
    number = round_.policy_version
    policy = policy_numbered(number) if number is not None else None
    rules = {rule.id: rule for rule in rules_in(policy)} if policy else {}
    asked = [Asked(one, rules.get(one.requirement.rule)) for one in standing(round_)]
    spoke = {one.one.requirement.rule for one in asked}
    return Explanation(
        policy, policy_in_force(), asked, [rule for name, rule in rules.items() if name not in spoke]
    )


def requirements_under(
    user: User, version: PolicyVersion, *, besides: QuerySet[Any, str]
) -> QuerySet[Requirement]:
    """Return what a version has asked for, but not about ``besides`` (references); nothing without a role."""
    if not holds_any_role(user):
        return Requirement.objects.none()
    return Requirement.objects.filter(round__policy_version=version.number).exclude(
        round__subject_ref__in=besides
    )


@dataclass(frozen=True)
class Uses:
    """How much a rule has asked for, and how much of that is not decided yet."""

    asked: int
    open: int


def uses_of_rules(asked: QuerySet[Requirement]) -> dict[str, Uses]:
    """Return how much each rule has asked for, without those that asked for nothing; one query."""
    waiting = Count("pk", filter=Q(state__in=UNDECIDED))
    found = asked.order_by().values("rule").annotate(asked=Count("pk"), open=waiting)
    return {row["rule"]: Uses(row["asked"], row["open"]) for row in found}
