"""Waivers of rules: those that count or wait, one of them, and asking for one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.changes.selectors import change_for
from apps.core import clock
from apps.core.errors import Conflict, Invalid
from apps.gates.selectors import RULE_WAIVER, asked_over, waiting_for, waivables, waiver_scope
from apps.gates.services import ask_rule_waiver, end_rule_waiver
from apps.policy.selectors import (
    may_ask_waiver,
    may_end_waiver,
    waiver_for,
    waivers_by_rule,
    waivers_for,
    waivers_in_force,
)
from apps.web.errors import add_to_form
from apps.web.forms.rules import RuleWaiverForm
from apps.web.reader import actor_of, reader
from apps.web.rules_evidence import stands_now
from apps.web.views.rules import readers

PAGE = 50


@login_required
@require_safe
def waivers(request: HttpRequest) -> HttpResponse:
    """Show the waivers that count now, the first to end first, how many each rule has, and all others."""
    user = readers(request)
    counted = waivers_by_rule(user)
    context = {
        "counting": list(waivers_in_force(user)),
        "counted": sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])),
        "page": Paginator(waivers_for(user), PAGE).get_page(request.GET.get("page")),
        "now": clock.now(),
        "may_ask": may_ask_waiver(actor_of(request)),
    }
    return render(request, "rules/waivers.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def waiver(request: HttpRequest, number: str) -> HttpResponse:
    """Show one waiver: which rule, for what, why, who signs it; take it back."""
    user = readers(request)
    found = waiver_for(user, int(number))
    if found is None:
        raise Http404(f"There is no waiver RWV-{number}.")
    if request.method == "POST":
        end_rule_waiver(actor=actor_of(request), waiver=found)
        messages.success(request, f"{found.ref} is taken back. It sets nothing aside any more.")
        return redirect("web:rule-waiver", found.number)
    asked = asked_over(RULE_WAIVER, found.ref)
    change = change_for(user, found.scope)
    context = {
        "waiver": found,
        "change": change,
        "stands": stands_now(change, found.rule) if change and found.granted_at is None else [],
        "now": clock.now(),
        "asked": asked,
        "mine": waiting_for(user, asked),
        "may_end": found.ended_at is None
        and found.until > clock.now()
        and may_end_waiver(actor_of(request), found),
    }
    return render(request, "rules/waiver.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a waiver of one rule or check, for one change or component."""
    user = readers(request)
    may_ask_waiver(actor_of(request)).require()
    scope = waiver_scope(actor_of(request), (request.POST.get("scope") or request.GET.get("scope", ""))[:200])
    found = waivables(scope.change if scope else None)
    choices = [
        ("Rules", [(one.id, one.title) for one in found if not one.is_check]),
        ("Checks", [(one.id, f"{one.title} ({one.id})") for one in found if one.is_check]),
    ]
    asked = {name: request.GET.get(name, "") for name in ("rule", "scope")}
    form = RuleWaiverForm(request.POST or None, initial=asked, rules=choices)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = ask_rule_waiver(
                actor=actor_of(request),
                rule=given["rule"],
                scope=given["scope"],
                reason=given["reason"],
                compensating=given["compensating"],
                until=form.until_in(reader(request).time_zone),
            )
            messages.success(
                request, f"{made.ref} is out to be signed. Until everyone has signed, it sets nothing aside."
            )
            return redirect("web:rule-waiver", made.number)
        except Invalid as error:
            add_to_form(form, error)
        except Conflict as error:
            form.add_error(None, error.reason)
    context = {"form": form, "zone": user.time_zone}
    return render(request, "rules/waiver_new.html", context, status=422 if form.errors else 200)
