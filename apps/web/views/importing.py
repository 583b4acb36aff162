"""A calendar file put on the calendar: chosen, looked at, confirmed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.calendar.enums import PeriodKind
from apps.calendar.rules.ics_in import read_ics
from apps.calendar.selectors import (
    catches,
    import_decision,
    import_difference,
    may_plan_some,
    order_of,
    planning_decision,
)
from apps.calendar.selectors.importing import SOURCE_LIMIT
from apps.calendar.services import import_periods
from apps.core import actors, clock
from apps.core.errors import Forbidden, Invalid
from apps.web import dates
from apps.web.errors import add_to_form
from apps.web.forms.importing import ImportForm
from apps.web.planning.importing import first_coming, packed, parts_of, reasons_of, unpacked
from apps.web.planning.toolbar import AGENDA, address
from apps.web.reader import reader


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Take a calendar file in two steps: look at what it changes, then let it count."""
    user = reader(request)
    if request.method == "POST" and request.POST.get("step") == "import":
        return _import(request)
    form = ImportForm(request.POST or None, request.FILES or None, user=user)
    context: dict[str, object] = {"form": form, "may_plan": may_plan_some(user)}
    if request.method == "POST" and form.is_valid():
        try:
            return render(request, "calendar/import_check.html", _look(request, form))
        except Invalid as error:
            add_to_form(form, error)
    return render(request, "calendar/import.html", context)


def _look(request: HttpRequest, form: ImportForm) -> dict[str, object]:
    user, given, now = reader(request), form.cleaned_data, clock.now()
    scope = form.scope()
    decision = planning_decision(actors.person(user), scope)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
    file = read_ics(given["file"], time_zone=given["time_zone"], now=now)
    order = order_of(
        file,
        source=given["source"].strip() or file.name[:SOURCE_LIMIT].strip() or form.file_name,
        kind=PeriodKind(given["kind"]),
        scope=scope,
        owner=given["owner"],
        on_call=given["on_call"],
    )
    difference = import_difference(order, now)
    import_decision(actors.person(user), order, difference).require()
    return {
        "order": order,
        "zone": file.time_zone,
        "difference": difference,
        "parts": [part for part in parts_of(difference) if part.count],
        "reasons": reasons_of(difference, file.not_read),
        "unread": len(file.not_read) + len(difference.left),
        "caught": catches(order, difference, now),
        "packed": packed(order, user),
    }


def _import(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    order = unpacked(request.POST.get("packed", ""), user)
    try:
        done = import_periods(actor=actors.person(user), order=order)
    except Invalid as error:
        for said in error.fields.values():
            messages.error(request, " ".join(said))
        return redirect("web:calendar-import")
    counts = f"{len(done.new)} new, {len(done.changed)} changed, {len(done.gone)} taken off"
    first = first_coming(done, clock.now())
    done_so = f"{order.source} is on the calendar: {counts}."
    messages.success(request, f"{done_so} The next is on {dates.day(first)}." if first else done_so)
    return redirect(address(AGENDA, {"from": f"{timezone.localdate(first)}"} if first else {}))
