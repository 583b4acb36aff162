"""What people read: the briefing of a change, the briefing of a week, each person's home, the framework maps."""

from apps.insights.selectors.briefings import asked_of, briefing_for
from apps.insights.selectors.feeds import feed_file
from apps.insights.selectors.homes import Home, home_for
from apps.insights.selectors.maps import Found, found, may_list, may_read_maps, numbers_for, records_for
from apps.insights.selectors.nearby import Nearby, nearby
from apps.insights.selectors.weeks import Week, monday_of, week_for

__all__ = [
    "Found",
    "Home",
    "Nearby",
    "Week",
    "asked_of",
    "briefing_for",
    "feed_file",
    "found",
    "home_for",
    "may_list",
    "may_read_maps",
    "monday_of",
    "nearby",
    "numbers_for",
    "records_for",
    "week_for",
]
