"""The list of courses, each course with how people stand, and one's own training."""

from collections import Counter
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.enums import Role
from apps.playbooks import selectors
from apps.playbooks.enums import Training, UseState
from apps.playbooks.models import Course, CourseVersion
from apps.web.errors import not_found
from apps.web.markdown import markdown
from apps.web.reader import actor_of, reader
from apps.web.versions import shown_beside

PAGE = 50
SHOWN = {
    "": ("Everybody whom it is for", tuple(Training)),
    "held": ("Who holds it", (Training.HELD, Training.SOON)),
    "soon": ("Whose runs out within 30 days", (Training.SOON,)),
    "lacking": ("Who lacks it", (Training.LACKING,)),
}
"""What the page of a course can show of its people, by the word in the address."""


@login_required
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    """List the courses with how many people they are for, hold them, are about to lose them, and lack them."""
    versions = list(selectors.courses_visible_to(reader(request)))
    in_use = [each for each in versions if each.course.state == UseState.ACTIVE]
    counted = {each.pk: Counter[str]() for each in versions}
    for one in selectors.standings(in_use):
        counted[one.course.pk].update(_counts(one.training))
    context = {
        "rows": [(each, called(each), counted[each.pk]) for each in versions],
        "may_write": selectors.write_courses_decision(actor_of(request)),
    }
    return render(request, "training/courses.html", context)


def _counts(training: Training) -> list[str]:
    return [name or "all" for name, (_, shown) in SHOWN.items() if training in shown]


@login_required
@require_safe
def course(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a course as it stands, and how each person stands with it."""
    found = course_of(request, ref)
    show = request.GET.get("show", "")
    if show not in SHOWN:
        raise Http404
    versions = selectors.course_versions(found)
    current = next(each for each in versions if each.number == found.version)
    in_use = found.state == UseState.ACTIVE
    everybody = selectors.standings([current]) if in_use else []
    said, kinds = SHOWN[show]
    actor = actor_of(request)
    mine = next((each for each in everybody if each.person == actor.user), None)
    counted = Counter(name for each in everybody for name in _counts(each.training))
    context = {
        "course": found,
        "versions": versions,
        "tabs": [(name, label, counted[name or "all"]) for name, (label, _) in SHOWN.items()],
        "show": show,
        "said": said,
        "page": Paginator([each for each in everybody if each.training in kinds], PAGE).get_page(
            request.GET.get("page")
        ),
        "mine": mine,
        "may_confirm": in_use and selectors.confirm_decision(actor, current),
        "may_record": selectors.record_decision(actor, found),
        "may_write": selectors.write_courses_decision(actor),
        "in_use": in_use,
        **_said(current),
    }
    return render(request, "training/course.html", context)


@login_required
@require_safe
def version(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Show one version of a course, and what is different from ``against`` or from the one before."""
    found = course_of(request, ref)
    versions = selectors.course_versions(found)
    shown, before = shown_beside(request, versions, found.ref, number)
    context = {
        "course": found,
        "versions": versions,
        "before": before,
        "differences": selectors.course_differences(before, shown) if before else [],
        **_said(shown),
    }
    return render(request, "training/version.html", context)


@login_required
@require_safe
def completions(request: HttpRequest, ref: str) -> HttpResponse:
    """Show all that was recorded of a course, withdrawn or not."""
    found = course_of(request, ref)
    context = {
        "course": found,
        "version": selectors.course_in_force(found),
        "page": Paginator(selectors.completions_of(found), PAGE).get_page(request.GET.get("page")),
        "may_record": selectors.record_decision(actor_of(request), found),
    }
    return render(request, "training/completions.html", context)


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Show the reader which courses their roles ask for, and until when they hold each."""
    return render(request, "training/mine.html", {"rows": selectors.training_of(reader(request))})


def _said(shown: CourseVersion) -> dict[str, Any]:
    """Return what a version says, as its page shows it."""
    return {"version": shown, "called": called(shown), "text": markdown(shown.teaches)}


def called(shown: CourseVersion) -> str:
    """Return the roles that a course is for, as people call them."""
    return ", ".join(Role(role).label for role in shown.roles)


def course_of(request: HttpRequest, ref: str) -> Course:
    """Return the course that an address names, or raise the 404 for this person."""
    found = selectors.course_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("course", ref), exists=selectors.course_exists(ref))
    return found
