"""Moving a change on the calendar: a form that shows what the new time meets before it moves anything."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.calendar.rules import Span
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import (
    Given,
    change_exists,
    change_for,
    may_ask_to_move,
    may_move,
    signatures_after_move,
)
from apps.changes.services import ask_to_move, move_change
from apps.core.errors import Invalid
from apps.web import dates
from apps.web.errors import add_to_form, not_found
from apps.web.forms.moving import AskToMoveForm, MoveForm
from apps.web.planning.moving import proposed
from apps.web.reader import actor_of, reader
from apps.web.views.wizard.when import Checked, checked

FIELDS = ("time_zone", "local_start", "local_end", "late_reason")


@dataclass(frozen=True)
class Look:
    """What a new time would meet, and which signatures it would cost."""

    checked: Checked
    given: list[Given]
    mark: str
    """Names the window that was looked at: what moves must be what was seen."""

    @property
    def lost(self) -> int:
        """Return how many signatures would be asked again."""
        return sum(not one.counts for one in self.given)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a new window, show what it meets and whose signatures it costs, and move the change there."""
    found = change_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("change", ref), exists=change_exists(ref))
    decision = may_move(found, actor_of(request))
    context: dict[str, object] = {
        "change": found,
        "decision": decision,
        "draft": found.state == ChangeState.DRAFT,
    }
    if not decision:
        return _refused(request, found, context)
    if request.method == "POST":
        form = MoveForm(request.POST)
        return _posted(request, found, form, context | {"form": form})
    form = MoveForm(initial={name: getattr(found, name) for name in FIELDS})
    asked = _proposed(request, found)
    if asked:
        # Shown again with the new time: whoever sends it gives it for that one.
        form = MoveForm(asked | {"late_reason": found.late_reason})
        context["look"] = _looked(found, form)
    return render(request, "calendar/move.html", context | {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask whoever can move a change to do it, for one who cannot."""
    found = change_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("change", ref), exists=change_exists(ref))
    if request.method != "POST":
        return redirect("web:calendar-move", ref)
    actor = actor_of(request)
    may_ask_to_move(found, actor).require()
    form = AskToMoveForm(request.POST)
    if form.is_valid():
        try:
            span = form.span(found.time_zone)
            ask_to_move(actor=actor, change=found, reason=form.cleaned_data["reason"], span=span)
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"{found.requester} is asked to move {found.ref}.")
            return redirect(f"/changes/{found.ref}/")
    context = {"change": found, "decision": may_move(found, actor), "ask": form}
    return render(request, "calendar/move.html", context, status=422)


def _refused(request: HttpRequest, found: Change, context: dict[str, object]) -> HttpResponse:
    """Say why this person cannot move it, and let them ask whoever can."""
    if may_ask_to_move(found, actor_of(request)):
        context["ask"] = AskToMoveForm(initial=_proposed(request, found))
    return render(request, "calendar/move.html", context, status=200 if request.method != "POST" else 409)


def _proposed(request: HttpRequest, found: Change) -> dict[str, str] | None:
    """Return the window that the address names, as the form writes it."""
    at, by, until = (request.GET.get(name, "") for name in ("at", "by", "until"))
    return proposed(found, at=at, by=by, until=until, zone=timezone.get_current_timezone())


def _posted(request: HttpRequest, found: Change, form: MoveForm, context: dict[str, object]) -> HttpResponse:
    look = _looked(found, form)
    seen = look is not None and request.POST.get("seen") == look.mark
    if look is None or request.POST.get("step") != "move" or not seen:
        context["unseen"] = look is not None and request.POST.get("step") == "move"
        return render(request, "calendar/move.html", context | {"look": look}, status=200 if look else 422)
    given = form.cleaned_data
    try:
        moved = move_change(actor=actor_of(request), change=found, **{name: given[name] for name in FIELDS})
    except Invalid as error:
        add_to_form(form, error)
        return render(request, "calendar/move.html", context | {"look": look}, status=422)
    messages.success(request, _said(moved, look))
    return redirect(f"/changes/{moved.ref}/")


def _looked(found: Change, form: MoveForm) -> Look | None:
    """Return what the form's window would meet; None when it cannot be read, with the reason in the form."""
    if not form.is_valid():
        return None
    try:
        span = form.span()
    except Invalid as error:
        add_to_form(form, error)
        return None
    check = checked(found, span)
    given = [] if found.state == ChangeState.DRAFT else signatures_after_move(found, span)
    return Look(check, given, _mark(span))


def _mark(span: Span) -> str:
    return f"{span.time_zone} {span.local_start} {span.local_end}"


def _said(moved: Change, look: Look) -> str:
    assert moved.planned_start is not None
    assert moved.planned_end is not None
    there = dates.window(moved.planned_start, moved.planned_end, moved.time_zone)
    asked = (
        "" if not look.lost else f" {look.lost} signature{'s are' if look.lost > 1 else ' is'} asked again."
    )
    return f"{moved.ref} is planned for {there} now ({moved.time_zone}).{asked}"
