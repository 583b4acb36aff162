"""Putting a decision off until a morning, and taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from apps.approvals.models import Requirement
from apps.approvals.rules.timetable import mornings
from apps.approvals.selectors import may_sign_now, requirement_exists, requirement_for
from apps.approvals.services import end_snooze, snooze
from apps.core import clock
from apps.core.errors import Invalid, Stale
from apps.web import dates
from apps.web.errors import not_found
from apps.web.reader import actor_of, reader


@login_required
@require_POST
def put_off(request: HttpRequest, requirement: int) -> HttpResponse:
    """Put a decision off until one of the mornings before it is due."""
    asked = _asked(request, requirement)
    may_sign_now(reader(request), asked).require()
    offered = mornings(clock.now(), asked.due_at, reader(request).time_zone)
    until = {moment.isoformat(): moment for moment in offered}.get(request.POST.get("until", ""))
    if until is None:
        raise Invalid(
            {"until": ["Choose one of the mornings before it is due."]}, remedy="Go back and choose one."
        )
    snooze(actor=actor_of(request), requirement=asked, until=until)
    messages.success(
        request,
        f"You see {asked.round.subject_ref} again on {dates.when(until)}. Others see that you put it off.",
    )
    return redirect("web:inbox")


@login_required
@require_POST
def take_back(request: HttpRequest, requirement: int) -> HttpResponse:
    """Take a decision back into the inbox before its morning."""
    asked = _asked(request, requirement)
    if not end_snooze(actor=actor_of(request), requirement=asked):
        raise Stale(
            f"You have not put {asked.round.subject_ref} off.",
            remedy="If it waits for you, it is in your inbox.",
        )
    messages.success(request, f"{asked.round.subject_ref} is in your inbox again.")
    return redirect("web:inbox-item", requirement=asked.pk)


def _asked(request: HttpRequest, number: int) -> Requirement:
    found = requirement_for(reader(request), number)
    if found is None:
        raise not_found(request, ("requirement", str(number)), exists=requirement_exists(number))
    return found
