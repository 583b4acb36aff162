"""What people read: the briefing of a change, the briefing of a week, and each person's home."""

from apps.insights.selectors.briefings import asked_of, briefing_for
from apps.insights.selectors.homes import Home, home_for
from apps.insights.selectors.weeks import Week, monday_of, week_for

__all__ = ["Home", "Week", "asked_of", "briefing_for", "home_for", "monday_of", "week_for"]
