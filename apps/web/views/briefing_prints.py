"""Briefings as PDF: a version as it was written, or what the facts say now."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.exports.services.reports.briefing import briefing_report
from apps.insights.models import BriefingVersion
from apps.insights.rules.grammar import long_moment
from apps.insights.rules.paper import Briefing
from apps.insights.selectors import About, about_for, briefing_about, version_exists, version_for
from apps.insights.selectors.papers import signatures_of
from apps.web.briefing_page import paper_of
from apps.web.errors import not_found
from apps.web.reader import reader


@login_required
@require_safe
def of_now(request: HttpRequest, ref: str) -> HttpResponse:
    """Send what the facts say now about a change, a period or a portfolio."""
    about = about_for(reader(request), ref)
    if about is None:
        raise Http404("There is no such briefing, or it is not yours to see.")
    return _sent(
        request, about, briefing_about(reader(request), about), "Made from the facts, and not signed."
    )


@login_required
@require_safe
def of_version(request: HttpRequest, number: int) -> HttpResponse:
    """Send one version as it was written, with who signed it and whether facts have moved since."""
    version = version_for(reader(request), number)
    about = about_for(reader(request), version.about) if version else None
    if version is None or about is None:
        raise not_found(request, ("briefing", f"BRF-{number}"), exists=version_exists(number))
    shown = paper_of(request, about, version)
    labels = ", ".join(one.label.lower() for one in shown["moved"])
    moved = f"These facts have moved since it was written: {labels}." if labels else ""
    return _sent(request, about, shown["briefing"], _signed(request, version), moved, version)


def _signed(request: HttpRequest, version: BriefingVersion) -> str:
    """Return who signed a version, in which role and when (21 CFR 11.50)."""
    zone = ZoneInfo(reader(request).time_zone)
    said = [
        f"Signed by {one.printed_name}, {one.requirement.get_role_display()}, "
        f"{long_moment(one.signed_at, zone, clock.now())} ({zone.key.replace('_', ' ')})."
        for one in signatures_of(version)
    ]
    return " ".join(said) or "Not signed."


def _sent(
    request: HttpRequest,
    about: About,
    briefing: Briefing,
    signed: str,
    moved: str = "",
    version: BriefingVersion | None = None,
) -> HttpResponse:
    now = clock.now()
    printed = long_moment(now, ZoneInfo(reader(request).time_zone), now)
    named = f"{version.ref}, version {version.edition}, {version.digest}. " if version else ""
    facts: dict[str, Any] = {
        "kind": f"Briefing on {about.ref}" if about.change else "Briefing",
        "span": about.period.span if about.period else about.ref,
        "title": briefing.title,
        "signed": signed,
        "by": briefing.decision.by_text,
        "heading": briefing.decision.heading,
        "decision": briefing.decision.text,
        "figures": [
            {"value": one.value, "label": one.label, "comparator": one.comparator} for one in briefing.figures
        ],
        "parts": [{"heading": part.heading, "text": part.text} for part in briefing.parts],
        "moved": moved,
        "foot": f"{named}Printed {printed}.",
    }
    answer = HttpResponse(briefing_report(facts, at=now), content_type="application/pdf")
    name = version.ref if version else f"briefing-{about.ref.replace('/', '-').replace(':', '-')}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer
