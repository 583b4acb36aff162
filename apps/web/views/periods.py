"""Periods: declared after a look at what they catch, shown, and lifted."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.calendar.enums import PeriodKind
from apps.calendar.models import Period
from apps.calendar.rules import in_words
from apps.calendar.selectors import (
    booking_for,
    covered_components,
    may_plan_some,
    period_exists,
    period_for,
    planned_inside,
    planning_decision,
    recurrence_of,
    scope_of,
)
from apps.calendar.services import PeriodPlan, change_period, lift_period
from apps.changes.services import change_outcome, declare_period
from apps.core import actors, clock
from apps.core.errors import Forbidden, Invalid, Stale
from apps.web.errors import add_to_form, not_found
from apps.web.forms.periods import PeriodForm, starting_from
from apps.web.planning.marks import scope_words
from apps.web.planning.outcomes import fates_of, outcomes_said
from apps.web.planning.trial import tried
from apps.web.reader import reader


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Take a period in two steps on one page: fill it in and check what it does, then put it on the calendar."""
    user = reader(request)
    kind = request.GET.get("kind", "")
    initial = {"kind": kind if kind in PeriodKind.values else PeriodKind.FREEZE}
    form = PeriodForm(request.POST or None, user=user, initial=initial)

    def plan_it(plan: PeriodPlan) -> HttpResponse:
        made = declare_period(actor=actors.person(user), plan=plan, outcomes=outcomes_said(request.POST))
        messages.success(request, f"{made.name} is {'declared' if made.frozen else 'on the calendar'}.")
        return redirect("web:period", made.ref)

    return _checked(request, form, {"may_plan": may_plan_some(user)}, plan_it)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a period: the same form, checked and then saved. Its kind stays."""
    user, found = reader(request), _period(request, ref)
    decision = planning_decision(actors.person(user), scope_of(found))
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
    form = PeriodForm(request.POST or None, user=user, initial=starting_from(found))
    form.fields["kind"].disabled = True

    def save(plan: PeriodPlan) -> HttpResponse:
        change_period(actor=actors.person(user), period=found, plan=plan)
        messages.success(request, f"{plan.name} is saved.")
        return redirect("web:period", found.ref)

    return _checked(request, form, {"may_plan": True, "period": found}, save)


def _checked(
    request: HttpRequest,
    form: PeriodForm,
    context: dict[str, object],
    act: Callable[[PeriodPlan], HttpResponse],
) -> HttpResponse:
    """Show the form; with what it would do when it was sent to be checked; or act on it."""
    context |= {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            plan = form.plan()
            decision = planning_decision(actors.person(reader(request)), plan.scope)
            if not decision:
                raise Forbidden(decision.reason, remedy=decision.remedy)
            if request.POST.get("step") == "declare":
                return act(plan)
            ask = "Save “{}” like this?" if "period" in context else "Put “{}” on the calendar?"
            context |= {"trial": tried(plan), "question": ask.format(plan.name)}
        except Invalid as error:
            add_to_form(form, error)
    return render(request, "calendar/period_form.html", context)


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
        "words": in_words(recurrence_of(found)),
        "covered": list(covered.select_related("owner_team")[:50]),
        "count": covered.count(),
        "caught": []
        if found.lifted_at
        else planned_inside(scope, found.occurrences.values_list("start", "end")),
        "fates": fates_of(found) if found.frozen and not found.lifted_at else [],
        "may_say": bool(planning_decision(actors.person(reader(request)), scope))
        or found.owner_id == reader(request).pk,
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


@login_required
@require_POST
def outcome(request: HttpRequest, ref: str) -> HttpResponse:
    """Say otherwise what becomes of a change that a freeze fell on."""
    found, user = _period(request, ref), reader(request)
    booking = booking_for(user, request.POST.get("change", ""))
    if booking is None:
        raise Stale("There is no such change on the calendar.", remedy="Reload the page and look again.")
    said = change_outcome(
        actor=actors.person(user),
        period=found,
        booking=booking,
        outcome=request.POST.get("outcome", ""),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, f"{booking.ref}: {said.get_outcome_display().lower()}. Its people are told.")
    return redirect("web:period", found.ref)


def _period(request: HttpRequest, ref: str) -> Period:
    found = period_for(reader(request), ref)
    if found is None:
        raise not_found(
            request, ("freeze" if ref.startswith("FRZ-") else "period", ref), exists=period_exists(ref)
        )
    return found
