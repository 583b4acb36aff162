"""The charts of the dashboards: from what was counted to what people read. Pure.

Where DORA defines a measure we keep to it (https://dora.dev/guides/dora-metrics/), and say where our records differ.
"""

from apps.insights.rules.dashboards.delivery import failures, lead, restoring
from apps.insights.rules.dashboards.governance import reviews, rules, waivers
from apps.insights.rules.dashboards.models import validation
from apps.insights.rules.dashboards.plans import load, risk
from apps.insights.rules.dashboards.signing import in_time, waiting
from apps.insights.rules.dashboards.training import training

__all__ = [
    "failures",
    "in_time",
    "lead",
    "load",
    "restoring",
    "reviews",
    "risk",
    "rules",
    "training",
    "validation",
    "waiting",
    "waivers",
]
