"""Writing a review: what happened and when, what made it likely, what follows from it, and what owners say."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.calendar.rules.spans import LOCAL_FORMAT, zone_named
from apps.core.errors import Invalid, Stale
from apps.reviews import rules, selectors, services
from apps.reviews.models import ActionItem, Review
from apps.web.errors import add_to_form
from apps.web.forms.reviews import ActionForm, BecomesForm, FactorForm, FeedbackForm, MomentForm, ReviewForm
from apps.web.reader import actor_of, reader
from apps.web.views.reviews import review_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Write what happened."""
    review = review_or_404(request, ref)
    _require_writer(request, review)
    form = ReviewForm(request.POST or None, review=review)
    status = 200
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in _SAID}
        try:
            services.record_review(actor=actor_of(request), review=review, realised=form.realised(), **said)
        except Invalid as error:
            add_to_form(form, error)
            status = 422
        except Stale as error:
            status, form = 409, _again(request, ref, error)
        else:
            messages.success(request, f"{review.ref} is saved.")
            return redirect("web:review", review.ref)
    elif form.errors:
        status = 422
    context = {"review": review, "form": form, "said_now": form.said_now if status == 409 else []}
    return render(request, "reviews/edit.html", context, status=status)


def _again(request: HttpRequest, ref: str, error: Stale) -> ReviewForm:
    """Keep what was typed, over the review as it is now: saving once more puts it on top."""
    review = review_or_404(request, ref)
    data = request.POST.copy()
    data["digest"] = selectors.digest_of(review)
    form = ReviewForm(data, review=review)
    said = f"{error.reason} Yours is still here. Read theirs, then save again to put yours on top."
    form.add_error(None, said)
    return form


_SAID = ("digest", "outcome", "what_happened", "went_well")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def moment_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add an entry to the timeline."""
    review = _writable(request, ref)
    form = MomentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _taken(
        request,
        form,
        lambda: services.add_moment(
            actor=actor_of(request), review=review, **form.given(review.change.time_zone)
        ),
        "The timeline has it now.",
    ):
        return redirect("web:review", review.ref)
    return _form(request, "moment", review, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def moment_edit(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Say otherwise what happened, or take it out of the timeline."""
    review = _writable(request, ref)
    moment = next((one for one in selectors.moments_of(review) if one.pk == pk), None)
    if moment is None:
        raise Http404("There is no such entry in this timeline.")
    local = moment.at.astimezone(zone_named(review.change.time_zone))
    start = {"at": f"{local:{LOCAL_FORMAT}}", "what": moment.what, "who": moment.who}
    form = MomentForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and "remove" in request.POST:
        services.remove_moment(actor=actor_of(request), moment=moment)
        messages.success(request, "The entry is taken out of the timeline.")
        return redirect("web:review", review.ref)
    if request.method == "POST" and _taken(
        request,
        form,
        lambda: services.edit_moment(
            actor=actor_of(request), moment=moment, **form.given(review.change.time_zone)
        ),
        "The timeline is saved.",
    ):
        return redirect("web:review", review.ref)
    return _form(request, "moment", review, form, moment=moment)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def factor_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what made the outcome likely."""
    review = _writable(request, ref)
    form = FactorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and _taken(
        request,
        form,
        lambda: services.add_factor(actor=actor_of(request), review=review, **form.cleaned_data),
        "The review names it now.",
    ):
        return redirect("web:review", review.ref)
    return _form(request, "factor", review, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def factor_edit(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Say otherwise what made the outcome likely, or take it back."""
    review = _writable(request, ref)
    factor = next((one for one in selectors.factors_of(review) if one.pk == pk), None)
    if factor is None:
        raise Http404("This review does not name it.")
    start = {"theme": factor.theme, "text": factor.text}
    form = FactorForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and "remove" in request.POST:
        services.remove_factor(actor=actor_of(request), factor=factor)
        messages.success(request, "The review does not name it any more.")
        return redirect("web:review", review.ref)
    if request.method == "POST" and _taken(
        request,
        form,
        lambda: services.edit_factor(actor=actor_of(request), factor=factor, **form.cleaned_data),
        "What made it likely is saved.",
    ):
        return redirect("web:review", review.ref)
    return _form(request, "factor", review, form, factor=factor)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Ask whoever answers for a service how the change was for it, and keep what they say."""
    review, user = review_or_404(request, ref), reader(request)
    found = selectors.feedback_for(review, pk)
    if found is None:
        raise Http404("Nobody was asked this about the change.")
    rules.may_answer(review, is_asked=any(one.pk == user.pk for one in found.asked.all())).require()
    start = {"felt": found.felt, "saw": found.saw, "better": found.better}
    form = FeedbackForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and _taken(
        request,
        form,
        lambda: services.answer_feedback(actor=actor_of(request), feedback=found, **form.cleaned_data),
        f"Thank you. {review.ref} shows what you said of {found.component}.",
    ):
        return redirect("web:review", review.ref)
    return _form(request, "feedback", review, form, feedback=found)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_becomes(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Say which version an action turned into, or begin a draft of the rules that it turns into."""
    review = review_or_404(request, ref)
    action = _action(request, review, pk)
    standing = selectors.standing_of(reader(request), review)
    rules.may_turn(action, standing, user_id=reader(request).pk).require()
    form = BecomesForm(
        request.POST if request.method == "POST" else None, offered=selectors.versions_to_link()
    )
    if request.method == "POST" and "begin" in request.POST:
        draft = services.begin_rules(actor=actor_of(request), action=action)
        messages.success(
            request, f"Version {draft.number} of the rules is a draft now. It names {review.ref}."
        )
        return redirect("web:rules-draft")
    if request.method == "POST" and _taken(
        request,
        form,
        lambda: services.link_action(actor=actor_of(request), action=action, made=form.cleaned_data["made"]),
        "The action and the version name each other now.",
    ):
        return redirect("web:review", review.ref)
    return _form(request, "becomes", review, form, action=action)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add an action."""
    review = _writable(request, ref)
    form = ActionForm(request.POST if request.method == "POST" else None, review=review)
    if request.method == "POST" and _taken(
        request,
        form,
        lambda: services.add_action(actor=actor_of(request), review=review, **form.cleaned_data),
        "The action is added, and whoever does it is told.",
    ):
        return redirect("web:review", review.ref)
    return _form(request, "action", review, form)


@login_required
@require_POST
def action_done(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Mark an action as done."""
    review = review_or_404(request, ref)
    action = _action(request, review, pk)
    services.complete_action(actor=actor_of(request), action=action)
    messages.success(request, f"Done: {action.text}")
    return redirect("web:review", review.ref)


def _action(request: HttpRequest, review: Review, pk: int) -> ActionItem:
    action = selectors.action_for(reader(request), review, pk)
    if action is None:
        raise Http404("This review has no such action.")
    return action


def _writable(request: HttpRequest, ref: str) -> Review:
    """Return a review that the person may write. Raises Forbidden before anything that they sent is read."""
    review = review_or_404(request, ref)
    _require_writer(request, review)
    return review


def _require_writer(request: HttpRequest, review: Review) -> None:
    rules.may_write(review, selectors.standing_of(reader(request), review)).require()


def _form(request: HttpRequest, name: str, review: Review, form: BaseForm, **more: Any) -> HttpResponse:
    context = {"review": review, "form": form, **more}
    return render(request, f"reviews/{name}.html", context, status=422 if form.errors else 200)


def _taken(request: HttpRequest, form: BaseForm, write: Callable[[], object], said: str) -> bool:
    """Write what a form holds and say so, or put at its fields why not; return whether it was written."""
    if not form.is_valid():
        return False
    try:
        write()
    except Invalid as error:
        add_to_form(form, error)
        return False
    messages.success(request, said)
    return True
