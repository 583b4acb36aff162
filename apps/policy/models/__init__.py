"""Sets of rules by version, and waivers of rules."""

from apps.policy.models.sets import PolicySet
from apps.policy.models.waivers import RuleWaiver

__all__ = ["PolicySet", "RuleWaiver"]
