"""Versions of briefings, and what the dashboards read."""

from apps.insights.models.briefings import BriefingVersion
from apps.insights.models.decisions import Decided, DecisionCount

__all__ = ["BriefingVersion", "Decided", "DecisionCount"]
