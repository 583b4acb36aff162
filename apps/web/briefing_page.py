"""What a page shows of a briefing: the text as it was signed, or as the facts are; what moved; who may write it."""

from typing import Any

from django.http import HttpRequest

from apps.insights.models import BriefingVersion
from apps.insights.rules.paper import Briefing, briefing_of, moved
from apps.insights.rules.readability import GRADE_GOAL
from apps.insights.selectors import About, briefing_about, may_write_briefing, signed_version
from apps.insights.selectors.papers import signatures_of
from apps.web.reader import actor_of, reader


def paper(request: HttpRequest, about: About, now: Briefing) -> dict[str, Any]:
    """Return what a page shows: what was signed, or else what the facts say. ``?now`` asks for the facts alone."""
    signed = signed_version(about)
    shown = briefing_of(signed.document) if signed and "now" not in request.GET else now
    return {
        "briefing": shown,
        "signed": signed,
        "by": signatures_of(signed) if signed else [],
        "as_signed": shown is not now,
        "moved": moved(briefing_of(signed.document).facts, now.facts) if signed else [],
        "about": about,
        "may_write": may_write_briefing(actor_of(request), about),
        "goal": GRADE_GOAL,
    }


def paper_of(request: HttpRequest, about: About, version: BriefingVersion) -> dict[str, Any]:
    """Return what the page of one version shows: its own text, and what has moved since it was written."""
    written = briefing_of(version.document)
    return {
        "briefing": written,
        "moved": moved(written.facts, briefing_about(reader(request), about).facts),
        "about": about,
        "may_write": may_write_briefing(actor_of(request), about),
        "goal": GRADE_GOAL,
    }
