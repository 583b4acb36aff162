"""Periods: declared after a look at what they catch, shown, and lifted."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from apps.calendar.models import Period
from apps.calendar.rules import Recurrence, Scope, Span, comes_twice
from apps.calendar.selectors import (
    covered_components,
    may_plan_some,
    period_exists,
    period_for,
    planned_inside,
    planning_decision,
    scope_of,
)
from apps.calendar.services import PeriodPlan, lift_period, plan_period
from apps.core import actors, clock
from apps.core.errors import Forbidden, Invalid
from apps.web.errors import add_to_form, not_found
from apps.web.forms.calendar import FreezeForm
from apps.web.planning.marks import scope_words
from apps.web.reader import reader

NAMED = 6
"""Components that the look before a freeze names; the rest are counted."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Take a freeze in two steps: fill in, then look at what it catches and declare it."""
    user = reader(request)
    form = FreezeForm(request.POST or None, user=user)
    context: dict[str, object] = {"form": form, "may_plan": may_plan_some(user)}
    if request.method != "POST" or request.POST.get("step") == "edit" or not form.is_valid():
        return render(request, "calendar/freeze_form.html", context)
    try:
        span, scope = form.span(), form.frozen()
        decision = planning_decision(actors.person(user), scope)
        if not decision:
            raise Forbidden(decision.reason, remedy=decision.remedy)
        if request.POST.get("step") != "declare":
            return render(request, "calendar/freeze_check.html", context | _look(form, span, scope))
        plan = PeriodPlan(
            name=form.cleaned_data["name"],
            reason=form.cleaned_data["reason"],
            recurrence=Recurrence(span.local_start, span.local_end, span.time_zone),
            scope=scope,
            owner=user,
        )
        made = plan_period(actor=actors.person(user), plan=plan)
    except Invalid as error:
        add_to_form(form, error)
        return render(request, "calendar/freeze_form.html", context)
    messages.success(request, f"{made.name} is declared.")
    return redirect("web:period", made.ref)


def _look(form: FreezeForm, span: Span, scope: Scope) -> dict[str, object]:
    covered = covered_components(scope)
    count = covered.count()
    named = [str(component) for component in covered[:NAMED]]
    twice = [local[11:] for local in (span.local_start, span.local_end) if comes_twice(local, span.time_zone)]
    return {
        "span": span,
        "covered": named,
        "count": count,
        "rest": max(count - len(named), 0),
        "caught": planned_inside(scope, [(span.start, span.end)]),
        "twice": twice,
        "over": span.end <= clock.now(),
        "kept": [(name, form.data.get(name, "")) for name in form.fields],
    }


@login_required
@require_safe
def period(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a period: what it covers, why, until when, and what it catches."""
    found = _period(request, ref)
    scope = scope_of(found)
    covered = covered_components(scope)
    context = {
        "freeze": found,
        "covers": scope_words(found),
        "covered": list(covered.select_related("owner_team")[:50]),
        "count": covered.count(),
        "caught": []
        if found.lifted_at
        else planned_inside(scope, found.occurrences.values_list("start", "end")),
        "may_lift": planning_decision(actors.person(reader(request)), scope),
        "over": found.end <= clock.now(),
        "running": found.start <= clock.now() < found.end,
    }
    return render(request, "calendar/freeze.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, and then lift a freeze."""
    found = _period(request, ref)
    if request.method == "POST":
        lift_period(actor=actors.person(reader(request)), period=found)
        messages.success(request, f"{found.name} is lifted.")
        return redirect("web:period", found.ref)
    decision = planning_decision(actors.person(reader(request)), scope_of(found))
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
    context = {
        "question": f"Lift {found.name}?",
        "consequence": "Changes that only this freeze kept back can go out again. It stays on record. "
        "To freeze again, declare a new one.",
        "action": "",
        "verb": "Lift the freeze",
        "cancel": reverse("web:period", args=[found.ref]),
        "danger": True,
    }
    return render(request, "_confirm.html", context)


def _period(request: HttpRequest, ref: str) -> Period:
    found = period_for(reader(request), ref)
    if found is None:
        raise not_found(
            request, ("freeze" if ref.startswith("FRZ-") else "period", ref), exists=period_exists(ref)
        )
    return found
