"""What people read: the briefing of a change, the briefing of a week, each person's home, the framework maps."""

from apps.insights.selectors.briefings import asked_of, briefing_for
from apps.insights.selectors.covering import PeriodPage, period_for
from apps.insights.selectors.feeds import feed_file
from apps.insights.selectors.found import Found, found, listed
from apps.insights.selectors.homes import Home, home_for
from apps.insights.selectors.learned import Known, Went, known_of, went_of
from apps.insights.selectors.maps import may_list, may_read_maps, numbers_for, records_for
from apps.insights.selectors.nearby import Nearby, nearby
from apps.insights.selectors.papers import (
    About,
    about_for,
    about_period,
    briefing_about,
    draft_version,
    may_write_briefing,
    signed_version,
    version_exists,
    version_for,
    versions_for,
)
from apps.insights.selectors.portfolios import portfolio_for, portfolios_for

__all__ = [
    "About",
    "about_for",
    "about_period",
    "briefing_about",
    "draft_version",
    "may_write_briefing",
    "signed_version",
    "version_exists",
    "version_for",
    "versions_for",
    "Found",
    "Home",
    "Known",
    "Nearby",
    "PeriodPage",
    "asked_of",
    "briefing_for",
    "feed_file",
    "found",
    "home_for",
    "listed",
    "Went",
    "known_of",
    "went_of",
    "may_list",
    "may_read_maps",
    "nearby",
    "numbers_for",
    "period_for",
    "portfolio_for",
    "portfolios_for",
    "records_for",
]
