"""Dry runs: asking what a draft would have decided on the last year's changes, and what came of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.core import clock
from apps.gates.enums import RehearsalState
from apps.gates.models import Rehearsal
from apps.gates.selectors import counted, rehearsals_for, rehearsed_for
from apps.gates.services import ask_rehearsal
from apps.gates.services.rehearsing import LOST_AFTER
from apps.policy.enums import Way
from apps.policy.rules import problems_of
from apps.policy.selectors import rules_in_force, set_in_force
from apps.web.reader import actor_of
from apps.web.views.rules import readers, told_of
from apps.web.views.rules_writing import held_draft, unmoved

A_PAGE = 50
ASKED_FOR = (Way.STOPPED, Way.FREED, Way.WARNED)
"""What a draft is judged by: shown also where there are none. Other differences are shown where there are any."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decided(request: HttpRequest) -> HttpResponse:
    """Show the dry runs of the draft in hand; a POST asks for another."""
    held = held_draft(request)
    if request.method == "POST":
        unmoved(request, held)
        found = ask_rehearsal(actor=actor_of(request), policy_set=held)
        messages.success(request, "The draft is judged over the last year. You can go on with other work.")
        return redirect("web:rules-dry-run", found.pk)
    context = {
        "held": held,
        "current": set_in_force(),
        "problems": problems_of(held.document),
        "runs": told_of(readers(request), held),
    }
    return render(request, "rules/decided.html", context)


@login_required
@require_safe
def dry_run(request: HttpRequest, number: str) -> HttpResponse:
    """Show one dry run: how far it is, then who would have been stopped or freed, and by which rules."""
    user = readers(request)
    found = _found(request, number)
    way, rule = request.GET.get("way", ""), request.GET.get("rule", "")[:60]
    rows = rehearsed_for(user, found)
    rows = rows.filter(way=way) if way in Way.values else rows
    rows = rows.filter(because__contains=[rule]) if rule and "\x00" not in rule else rows
    context = _context(found) | {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "way": Way(way) if way in Way.values else None,
        "rule": rule,
    }
    return render(request, "rules/dry_run.html", context)


@login_required
@require_safe
def progress(request: HttpRequest, number: str) -> HttpResponse:
    """Show how far a dry run is: the part of its page that asks again every two seconds until it ends."""
    readers(request)
    found = _found(request, number)
    answer = render(request, "rules/_dry_run.html", _context(found))
    if found.state != RehearsalState.OPEN:
        answer.headers["HX-Refresh"] = "true"
    return answer


def _found(request: HttpRequest, number: str) -> Rehearsal:
    found = rehearsals_for(readers(request)).filter(pk=int(number)).first()
    if found is None:
        raise Http404(f"There is no dry run DRY-{number}.")
    return found


def _context(found: Rehearsal) -> dict[str, Any]:
    counts = counted(found)
    return {
        "run": found,
        "is_open": found.state == RehearsalState.OPEN,
        "stands_still": found.moved_at < clock.now() - 2 * LOST_AFTER,
        "counts": counts,
        "percent": min(99, 100 * counts.looked_at // found.total) if found.total else 0,
        "ways": [(way, counts.ways[way]) for way in ASKED_FOR],
        "others": [(way, counts.ways[way]) for way in Way if way not in ASKED_FOR and counts.ways[way]],
        "in_force": {one.id for one in rules_in_force()[1].rules},
        "by_rule": [(name, [(way, each.get(way, 0)) for way in ASKED_FOR]) for name, each in counts.rules],
    }
