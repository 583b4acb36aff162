"""The calendar of the coming four weeks as a PDF."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.core import clock
from apps.exports.services.reports.plan import plan_report
from apps.web.narrowed import applied
from apps.web.planning.sheet import MOST, WEEKS, sheet_of
from apps.web.planning.shown import shown_by_day, week_named
from apps.web.views.calendar import WORDS, Asked


@login_required
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Answer the four weeks from this Monday, or from the Monday of a day (``from``), with the calendar's filters."""
    asked = Asked(request)
    over = week_named(asked.of("from"), asked.today, asked.zone, weeks=WEEKS)
    held = shown_by_day(
        asked.user, over, asked.by, most=range(MOST), clashes_first=False, chosen=asked.chosen
    )
    filters = [each["said"] for each in applied(asked.form, asked.chosen, WORDS)]
    content = plan_report(sheet_of(held, over, filters=filters), at=clock.now())
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="change-calendar-{over.first}.pdf"'
    return answer
