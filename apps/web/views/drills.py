"""Drills: the list, each drill with how long it took, planning one, starting it, and cancelling it."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.changes.selectors import changes_to_read, versions_to_rehearse
from apps.changes.services import cancel_drill, start_drill
from apps.core.errors import Invalid
from apps.insights.rules.grammar import short_duration
from apps.playbooks import selectors
from apps.playbooks.enums import DrillState
from apps.playbooks.models import Drill
from apps.playbooks.services import plan_drill
from apps.reviews.selectors import Timed, times_of
from apps.web.errors import add_to_form, not_found
from apps.web.forms.drills import DrillFilter, DrillForm
from apps.web.narrowed import applied, no_match
from apps.web.reader import actor_of, reader
from apps.web.views.asking import Question, ask_why

PAGE = 50
_FILTERS = {"state": "State", "playbook": "Playbook"}


@dataclass(frozen=True)
class Row:
    """A step as the page of a drill shows it. ``before`` is how long it took in the drill before."""

    timed: Timed
    before: timedelta | None

    @property
    def target(self) -> str:
        return said(self.timed.target)

    @property
    def took(self) -> str:
        return said(self.timed.took)

    @property
    def over(self) -> str:
        """Return by how much it took longer than its target, or empty."""
        over = self.timed.over
        return said(over) if over is not None and over > timedelta() else ""

    @property
    def said_before(self) -> str:
        return said(self.before)


def drill_length(drill: Drill) -> str:
    """Return how long a drill took from its start to its end, as a figure."""
    return said(drill.ended_at - drill.started_at) if drill.ended_at and drill.started_at else ""


def said(length: timedelta | None) -> str:
    """Return a length of time as a figure, or empty where there is none."""
    return "" if length is None else short_duration(round(length.total_seconds() / 60))


@login_required
@require_safe
def drill_list(request: HttpRequest) -> HttpResponse:
    """List the drills, the newest first."""
    user, form = reader(request), DrillFilter(request.GET)
    found = selectors.drills_visible_to(user)
    wanted = form.cleaned_data if form.is_valid() else {}
    if wanted.get("state"):
        found = found.filter(state=wanted["state"])
    if wanted.get("playbook"):
        found = found.filter(version__playbook__number=int(wanted["playbook"].removeprefix("PB-")))
    filters = applied(form, request.GET.dict(), _FILTERS)
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "filters": filters,
        "no_match": no_match(filters),
        "may_plan": selectors.plan_drill_decision(actor_of(request)),
    }
    return render(request, "drills/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a drill."""
    user, actor = reader(request), actor_of(request)
    selectors.plan_drill_decision(actor).require()
    named = {"playbook": request.GET.get("playbook", "")}
    form = DrillForm(request.POST if request.method == "POST" else None, user=user, initial=named)
    if request.method == "POST" and form.is_valid():
        playbook = selectors.playbook_for(user, form.cleaned_data["playbook"])
        assert playbook is not None  # it is one of the choices
        try:
            made = plan_drill(actor=actor, playbook=playbook, **form.given())
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"{made.ref} is planned.")
            return redirect("web:drill", made.ref)
    return render(request, "drills/new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_safe
def drill(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a drill: what it is for, how long each step took, and how long the drill before took."""
    found, actor = drill_of(request, ref), actor_of(request)
    times = times_of(found)
    before = selectors.drill_before(reader(request), found)
    earlier = times_of(before) if before else None
    rows = [Row(one, earlier.took(one.step) if earlier and one.step else None) for one in times.steps]
    change = times.change
    context = {
        "drill": found,
        "rows": rows,
        "total": said(times.total),
        "before": before,
        "total_before": said(earlier.total) if earlier else "",
        "change": change,
        "may_open": change and changes_to_read(reader(request)).filter(pk=change.pk).exists(),
        "review": times.review,
        "components": versions_to_rehearse(found),
        "is_planned": found.state == DrillState.PLANNED,
        "may_start": selectors.start_drill_decision(actor, found),
        "may_cancel": found.state in (DrillState.PLANNED, DrillState.RUNNING)
        and selectors.cancel_drill_decision(actor, found),
    }
    return render(request, "drills/drill.html", context)


@login_required
@require_POST
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Start a drill, and go on with the draft of the change that rehearses it."""
    found = drill_of(request, ref)
    change = start_drill(actor=actor_of(request), drill=found)
    messages.success(request, f"{found.ref} has begun. Fill in {change.ref}, and submit it.")
    return redirect("web:change-resume", change.ref)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why a drill is cancelled, and cancel it."""
    found, actor = drill_of(request, ref), actor_of(request)
    selectors.cancel_drill_decision(actor, found).require()
    asked = Question(
        question=f"Cancel {found.ref}?",
        consequence="The change that rehearses it is withdrawn, and nobody is asked to sign it any more.",
        label="Why is it cancelled?",
        verb="Cancel the drill",
        done=f"{found.ref} is cancelled.",
        back=reverse("web:drill", args=[found.ref]),
        danger=True,
    )
    return ask_why(request, asked, lambda reason: cancel_drill(actor=actor, drill=found, reason=reason))


def drill_of(request: HttpRequest, ref: str) -> Drill:
    """Return the drill that an address names, or raise the 404 for this person."""
    found = selectors.drill_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("drill", ref), exists=selectors.drill_exists(ref))
    return found
