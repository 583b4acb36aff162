"""The checks that stages ask for: in force, by version, proposing another."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.selectors import holds_any_role
from apps.catalog.enums import ComponentKind
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.evidence.enums import PlanState, Stage
from apps.evidence.rules.checks import STARTER, Check, Plan
from apps.evidence.rules.checks.judging import needed_words
from apps.evidence.rules.checks.plans import DEMANDS
from apps.evidence.selectors import (
    FIRST_NUMBER,
    PlanInForce,
    plan_in_force,
    plan_numbered,
    plans_for,
    propose_decision,
)
from apps.gates.selectors import CHECKS, asked_over, waiting_for
from apps.gates.services import propose_plan, withdraw_plan
from apps.reviews.enums import Becomes
from apps.reviews.selectors import actions_behind
from apps.web.checks_evidence import differences
from apps.web.errors import not_found
from apps.web.forms.checks import ChecksForm
from apps.web.reader import actor_of, reader


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the checks in force, and every version."""
    _require_role(request)
    versions = list(plans_for(reader(request)))
    context = {
        **_shown(plan_in_force()),
        "versions": versions,
        "proposed": next((one for one in versions if one.state == PlanState.PROPOSED), None),
        "may_propose": propose_decision(actor_of(request)),
    }
    return render(request, "checks/overview.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checks_version(request: HttpRequest, number: str) -> HttpResponse:
    """Show one version; take a proposed one back."""
    _require_role(request)
    asked = int(number)
    found = plans_for(reader(request)).filter(number=asked).first()
    if found is None and asked != FIRST_NUMBER:
        raise not_found(request, ("checks", f"CHECKS-{asked}"), exists=False)
    if request.method == "POST":
        propose_decision(actor_of(request)).require()
        if found is None:
            raise Conflict(f"CHECKS-{asked} came with the portal, so it cannot be taken back.")
        withdraw_plan(actor=actor_of(request), plan=found)
        messages.success(request, f"Version {number} is taken back. Nothing changed.")
        return redirect("web:checks")
    may_withdraw = (
        found is not None and found.state == PlanState.PROPOSED and propose_decision(actor_of(request))
    )
    held, current = plan_numbered(asked), plan_in_force()
    proposed = found is not None and found.state == PlanState.PROPOSED
    asked_now = asked_over(CHECKS, found.ref) if found else []
    context = {
        **_shown(held),
        "version": found,
        "asked": asked_now,
        "mine": waiting_for(reader(request), asked_now),
        "may_withdraw": may_withdraw,
        "current": current,
        "differences": differences(current.plan, held.plan) if proposed else [],
        "because_of": actions_behind(reader(request), Becomes.CHECKS, [f"CHECKS-{asked}"]),
    }
    return render(request, "checks/version.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Propose a version, starting from the one in force, or from the starter plan where there is none."""
    propose_decision(actor_of(request)).require()
    current = plan_in_force()
    start = current.plan if current.plan.checks else STARTER
    form = ChecksForm(request.POST or None, initial={"document": _text(start)})
    if request.method == "POST" and form.is_valid():
        try:
            made = propose_plan(actor=actor_of(request), **form.cleaned_data)
            messages.success(
                request, f"Version {made.number} is out for approval. Nothing is asked by it until then."
            )
            return redirect("web:checks-version", made.number)
        except Invalid as error:
            form.add_problems(error)
        except Conflict as error:
            form.add_error("document", error.reason)
    context = {"form": form, "current": current, "demands": DEMANDS, "stages": Stage.choices}
    return render(request, "checks/new.html", context, status=422 if form.errors else 200)


def _require_role(request: HttpRequest) -> None:
    if not holds_any_role(reader(request)):
        raise Forbidden("The checks are read by those who hold a role.", remedy="Ask a Change Manager.")


def _shown(held: PlanInForce) -> dict[str, object]:
    stages = [
        {
            "stage": stage,
            "owner": held.plan.owners.get(stage),
            "checks": [_row(check) for check in held.plan.of(stage)],
        }
        for stage in Stage
    ]
    return {"held": held, "stages": [one for one in stages if one["checks"]], "total": len(held.plan.checks)}


def _row(check: Check) -> dict[str, object]:
    kinds = [ComponentKind(kind).label for kind in check.kinds]
    return {"check": check, "needed": needed_words(check), "kinds": kinds}


def _text(plan: Plan) -> str:
    """Return a plan as text to edit: what each check asks, and not since when it stands."""
    document = plan.document() | {"checks": [check.asks() for check in plan.checks]}
    return json.dumps(document, indent=2, ensure_ascii=False)
