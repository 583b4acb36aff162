"""Writing courses, and who completed them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.errors import Invalid, Stale
from apps.insights.rules.grammar import count
from apps.playbooks import selectors, services
from apps.playbooks.models import Course, CourseVersion
from apps.web.errors import add_to_form
from apps.web.forms.training import CompletionForm, CourseForm, written_before
from apps.web.reader import actor_of, reader
from apps.web.views.asking import Question, ask_why
from apps.web.views.training import course_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new course."""
    selectors.write_courses_decision(actor_of(request)).require()
    form = CourseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_course(
                actor=actor_of(request), taught=form.taught(), owner=form.cleaned_data["owner"]
            )
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"{made.ref} is in use. Those whom it is for are told.")
            return redirect("web:course", made.ref)
    context = {
        "question": "New course",
        "consequence": "Everybody who holds one of its roles is asked to complete it.",
        "verb": "Add the course",
        "cancel": reverse("web:training"),
        "form": form,
    }
    return render(request, "_confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Write the next version of a course."""
    course = course_of(request, ref)
    selectors.write_courses_decision(actor_of(request)).require()
    current = selectors.course_in_force(course)
    form = CourseForm(
        request.POST if request.method == "POST" else None, initial=written_before(current), written=current
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _written(request, course, form)
            except Stale as error:
                form, status = _read_again(request, current, error), 409
            except Invalid as error:
                add_to_form(form, error)
    context = {
        "question": f"Edit {course.ref}",
        "consequence": "Whoever has completed it holds it for as long as it said then.",
        "verb": "Put this version in force",
        "cancel": reverse("web:course", args=[course.ref]),
        "form": form,
    }
    return render(request, "_confirm.html", context, status=status)


def _written(request: HttpRequest, course: Course, form: CourseForm) -> HttpResponse:
    written = services.write_course(
        actor=actor_of(request),
        course=course,
        taught=form.taught(),
        owner=form.cleaned_data["owner"],
        note=form.cleaned_data["note"],
        version=form.read_version(),
    )
    messages.success(request, f"Version {written.version} is in force.")
    return redirect("web:course", course.ref)


def _read_again(request: HttpRequest, current: CourseVersion, error: Stale) -> CourseForm:
    """Return the form with what was typed, to be saved on top of the version that is in force now."""
    data = request.POST.copy()
    data["version"] = str(current.number)
    again = CourseForm(data, written=current)
    again.is_valid()
    again.add_error("note", f"{error.reason} Yours is still here: save again to put it on top.")
    return again


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why, and then retire a course."""
    course = course_of(request, ref)
    selectors.write_courses_decision(actor_of(request)).require()
    asked = Question(
        question=f"Retire the course {course.ref}?",
        consequence="Nobody needs it any more, and no rule asks for it. Who completed it stays on record.",
        label="Why does nobody need it any more, and what do people do instead?",
        verb="Retire the course",
        done="The course is retired.",
        back=reverse("web:course", args=[course.ref]),
        danger=True,
    )
    return ask_why(
        request,
        asked,
        lambda reason: services.retire_course(actor=actor_of(request), course=course, reason=reason),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, ref: str) -> HttpResponse:
    """Record who completed a course, one or several people at once."""
    course = course_of(request, ref)
    actor = actor_of(request)
    selectors.record_decision(actor, course).require()
    asked = selectors.standings([selectors.course_in_force(course)])
    form = CompletionForm(
        request.POST if request.method == "POST" else None, asked=asked, but=reader(request)
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_completions(
                actor=actor,
                course=course,
                people=form.chosen(),
                completed_on=form.cleaned_data["completed_on"],
                evidence=form.cleaned_data["evidence"],
            )
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(
                request,
                f"{count(len(made), 'completion')} recorded. You can withdraw each from the list below.",
            )
            return redirect("web:course-completions", course.ref)
    context = {
        "question": f"Who completed {course.ref}?",
        "consequence": "Those whom it is for stand here. Nobody records a course for themself.",
        "verb": "Record it",
        "cancel": reverse("web:course", args=[course.ref]),
        "form": form,
    }
    return render(request, "_confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def confirm(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep that the reader has read the version of a course that they were shown."""
    course = course_of(request, ref)
    number = request.POST.get("version", "")
    known = number.isascii() and number.isdecimal() and len(number) < 6
    made = services.confirm_course(
        actor=actor_of(request), course=course, version=int(number) if known else 0
    )
    messages.success(
        request,
        f"It is kept that you have completed {course.ref}. It runs out on {made.runs_out_on:%-d %B %Y}.",
    )
    return redirect("web:course", course.ref)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Ask why, and then withdraw a completion."""
    course = course_of(request, ref)
    selectors.record_decision(actor_of(request), course).require()
    found = selectors.completion_for(course, int(number))
    if found is None:
        raise Http404(f"{course.ref} has no such completion.")
    asked = Question(
        question=f"Withdraw what {found.person} completed on {found.completed_on:%-d %B %Y}?",
        consequence="It counts no more, as if it had never counted. It stays on record, with why.",
        label="Why does it not count?",
        verb="Withdraw it",
        done="It is withdrawn.",
        back=reverse("web:course-completions", args=[course.ref]),
        danger=True,
    )
    return ask_why(
        request,
        asked,
        lambda reason: services.withdraw_completion(actor=actor_of(request), completion=found, reason=reason),
    )
