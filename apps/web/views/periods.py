"""Periods: declared after a look at what they catch, shown, and lifted."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.models import User
from apps.accounts.selectors import remember_grants
from apps.calendar.enums import PeriodKind
from apps.calendar.models import Period
from apps.calendar.rules import Scope, in_words
from apps.calendar.selectors import (
    booking_for,
    covered_components,
    fates_of,
    may_plan_some,
    period_exists,
    period_for,
    planned_inside,
    planning_decision,
    recurrence_of,
    scope_of,
)
from apps.calendar.services import PeriodPlan, lift_period, skip_time
from apps.changes.services import change_outcome, declare_period, replan_period
from apps.changes.services.freezing import Outcomes
from apps.core import actors, clock
from apps.core.errors import Forbidden, Invalid, Stale
from apps.web import dates
from apps.web.errors import add_to_form, not_found
from apps.web.forms.periods import LiftForm, PeriodForm, SkipForm, starting_from
from apps.web.planning.marks import scope_words
from apps.web.planning.outcomes import CHOICES, OutcomesForm
from apps.web.planning.period_page import Times, skips_of, times_of, who_may_end, who_signs_exceptions
from apps.web.planning.period_words import WORDS
from apps.web.planning.stretches import LOOKS
from apps.web.planning.trial import tried
from apps.web.planning.turns import turns_of
from apps.web.reader import reader


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest) -> HttpResponse:
    """Take a period in two steps on one page: fill it in and check what it does, then put it on the calendar."""
    user = _planner(request)
    kind = request.GET.get("kind", "")
    initial = {"kind": kind if kind in PeriodKind.values else PeriodKind.FREEZE}
    form = PeriodForm(request.POST or None, user=user, initial=initial)

    def plan_it(plan: PeriodPlan, outcomes: Outcomes) -> HttpResponse:
        made = declare_period(actor=actors.person(user), plan=plan, outcomes=outcomes)
        messages.success(request, f"{made.name} is {'declared' if made.frozen else 'on the calendar'}.")
        return redirect("web:period", made.ref)

    return _checked(request, form, {"may_plan": may_plan_some(user)}, plan_it)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a period: the same form, checked and then saved. Its kind stays."""
    user, found = _planner(request), _period(request, ref)
    _permit(request, scope_of(found))
    form = PeriodForm(request.POST or None, user=user, initial=starting_from(found))
    form.fields["kind"].disabled = True

    def save(plan: PeriodPlan, outcomes: Outcomes) -> HttpResponse:
        replan_period(actor=actors.person(user), period=found, plan=plan, outcomes=outcomes)
        messages.success(request, f"{plan.name} is saved.")
        return redirect("web:period", found.ref)

    return _checked(request, form, {"may_plan": True, "period": found}, save, found)


def _checked(
    request: HttpRequest,
    form: PeriodForm,
    context: dict[str, object],
    act: Callable[[PeriodPlan, Outcomes], HttpResponse],
    found: Period | None = None,
) -> HttpResponse:
    """Show the form; with what it would do when it was sent to be checked; or act on it."""
    context |= {"form": form, "exceptions": who_signs_exceptions()}
    if request.method == "POST" and form.is_valid():
        try:
            # Rights first: to work out a rule takes long.
            _permit(request, form.scope())
            plan = form.plan()
            trial, last = tried(plan, found), _saves(request)
            outcomes = OutcomesForm(request.POST if last else None, kept=trial.kept, chosen=request.POST)
            if last and outcomes.is_valid():
                return act(plan, outcomes.said())
            ask = "Save “{}” like this?" if found else "Put “{}” on the calendar?"
            context |= {"trial": trial, "outcomes": outcomes, "question": ask.format(plan.name)}
        except Invalid as error:
            add_to_form(form, error)
    return render(request, "calendar/period_form.html", context)


@login_required
@require_safe
def period(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a period: when it comes, what it covers, why, who answers for it, and what it catches."""
    return _shown(request, _period(request, ref))


@login_required
@require_POST
def skip(request: HttpRequest, ref: str) -> HttpResponse:
    """Take one coming time out of a series, with the reason."""
    found = _period(request, ref)
    _permit(request, scope_of(found))
    times = times_of(found, clock.now())
    if found.lifted_at or len(times.coming) < 2:
        raise Stale("It does not come again, so no one time of it can be left out.", remedy="End it instead.")
    form = _skip_form(found, times, request.POST)
    if form.is_valid():
        start, reason = datetime.fromisoformat(form.cleaned_data["start"]), form.cleaned_data["reason"]
        try:
            skip_time(actor=actors.person(reader(request)), period=found, start=start, reason=reason)
        except Invalid as error:
            add_to_form(form, error)
        else:
            day = dates.day(start, found.time_zone)
            messages.success(request, f"{found.name} does not happen on {day}.")
            return redirect("web:period", found.ref)
    return _shown(request, found, form)


def _skip_form(found: Period, times: Times, data: QueryDict | None = None) -> SkipForm:
    zone, now = found.time_zone, clock.now()
    return SkipForm(
        data,
        times=[
            (one.start.isoformat(), dates.window(one.start, one.end, zone))
            for one in times.coming
            if one.start > now
        ],
    )


def _shown(request: HttpRequest, found: Period, skipping: SkipForm | None = None) -> HttpResponse:
    user, scope, now = reader(request), scope_of(found), clock.now()
    recurrence, times, words = recurrence_of(found), times_of(found, now), WORDS[PeriodKind(found.kind)]
    may_plan = planning_decision(actors.person(user), scope)
    covered = covered_components(scope)
    repeats = recurrence.repeats and not found.lifted_at
    context = {
        "freeze": found,
        "kind": words,
        "icon": LOOKS[PeriodKind(found.kind)][1],
        "covers": scope_words(found),
        "words": in_words(recurrence),
        "times": times,
        "repeats": recurrence.repeats,
        "turns": () if found.lifted_at or times.over else turns_of(recurrence, f"this {words.noun}", now),
        "skips": skips_of(found) if found.exdates else [],
        "skipping": skipping
        or (_skip_form(found, times) if repeats and may_plan and len(times.coming) > 1 else None),
        "people": [shift.user for shift in found.people.select_related("user")],
        "who_may": who_may_end(scope),
        "covered": list(covered.select_related("owner_team")[:50]),
        "count": covered.count(),
        "caught": []
        if found.lifted_at
        else planned_inside(scope, found.occurrences.values_list("start", "end")),
        "fates": fates_of(found),
        "outcome_choices": CHOICES,
        "may_say": bool(may_plan) or found.owner_id == user.pk,
        "may_lift": may_plan,
    }
    return render(request, "calendar/freeze.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, and then lift a freeze."""
    found = _period(request, ref)
    words = WORDS[PeriodKind(found.kind)]
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        lift_period(actor=actors.person(reader(request)), period=found, reason=form.cleaned_data["reason"])
        messages.success(request, f"{found.name} is {words.ended.lower()}.")
        return redirect("web:period", found.ref)
    _permit(request, scope_of(found))
    context = {
        "question": f"{words.ending.split(maxsplit=1)[0]} {found.name}{' off the calendar' * (not found.frozen)}?",
        "consequence": f"{words.after} It stays on record. It does not come back: declare a new one for that.",
        "action": "",
        "verb": words.ending,
        "cancel": reverse("web:period", args=[found.ref]),
        "danger": True,
        "form": form,
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


def _saves(request: HttpRequest) -> bool:
    return request.POST.get("step") == "declare"


def _planner(request: HttpRequest) -> User:
    """Return who fills in the form. To check what a period would do writes nothing: it is a page that only shows."""
    user = reader(request)
    if not _saves(request):
        remember_grants(user)
    return user


def _permit(request: HttpRequest, scope: Scope) -> None:
    decision = planning_decision(actors.person(reader(request)), scope)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)


def _period(request: HttpRequest, ref: str) -> Period:
    found = period_for(reader(request), ref)
    if found is None:
        raise not_found(
            request, ("freeze" if ref.startswith("FRZ-") else "period", ref), exists=period_exists(ref)
        )
    return found
