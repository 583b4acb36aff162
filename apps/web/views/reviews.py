"""Reviews: the list, one review, writing it, its actions, and signing it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record_denial
from apps.core import clock
from apps.core.decisions import Decision
from apps.core.errors import Forbidden, Invalid, Stale
from apps.insights.rules.endings import how_it_ended, minutes_between
from apps.insights.rules.grammar import count, figure
from apps.reviews import rules, selectors, services
from apps.reviews.models import Review
from apps.web.errors import add_to_form, not_found
from apps.web.forms.reviews import ActionForm, ReviewForm, SignForm
from apps.web.proving import Ways, prove
from apps.web.reader import actor_of, reader
from apps.web.report_link import report_url

PAGE = 25
_TIMED = re.compile(r"(\d{1,2}:\d{2})[ ,:–-]+(.+)", re.ASCII)
TABS = {
    "open": ("To write and sign", selectors.open_reviews),
    "signed": ("Signed", selectors.signed_reviews),
    "actions": ("Actions not done", selectors.open_actions),
}
MINE = {
    "open": lambda user: selectors.reviews_waiting_for(user, clock.now()),
    "actions": selectors.actions_of,
}


@login_required
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """Show the reviews to write and sign, those that are signed, or the actions that are not done.

    With ``mine=1``, only those that wait for the person.
    """
    tab = request.GET.get("tab", "open")
    tab = tab if tab in TABS else "open"
    mine = tab in MINE and request.GET.get("mine") == "1"
    rows = MINE[tab] if mine else TABS[tab][1]
    page = Paginator(rows(reader(request)), PAGE).get_page(request.GET.get("page"))
    tabs = [{"name": name, "label": label, "current": name == tab} for name, (label, _) in TABS.items()]
    noun = "action" if tab == "actions" else "review"
    context = {"tabs": tabs, "tab": tab, "mine": mine, "page": page, "now": clock.now()}
    return render(request, "reviews/list.html", {**context, "said": f"{count(page.paginator.count, noun)}."})


@login_required
@require_safe
def review_detail(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one review."""
    return _detail(request, _review(request, ref), ActionForm())


def _detail(request: HttpRequest, review: Review, form: ActionForm) -> HttpResponse:
    standing = selectors.standing_of(reader(request), review)
    manager = standing.change_manager
    measures = selectors.measures_of(review)
    actions = list(review.actions.select_related("owner"))
    context = {
        "review": review,
        "ending": _ending(review),
        "took": _took(review),
        "measures": [_measure_row(measure) for measure in measures],
        "timeline": _timeline(review.what_happened),
        "factors": review.contributing_factors.splitlines(),
        "went_well": review.went_well.splitlines(),
        "actions": [
            (action, rules.may_complete(action, user_id=reader(request).pk, change_manager=manager))
            for action in actions
        ],
        "checks": rules.signing_checks(review, [measure.metric for measure in measures], len(actions)),
        "similar": selectors.similar_reviews(reader(request), review),
        "signers": selectors.signers_of_change(review),
        "late": review.due_at < clock.now(),
        "signable": not rules.missing_fields(review),
        "may_write": rules.may_write(review, standing),
        "may_sign": rules.may_sign(review, standing),
        "report_url": report_url(reader(request), review.change),
        "form": form,
    }
    return render(request, "reviews/detail.html", context, status=422 if form.errors else 200)


def _ending(review: Review) -> str:
    zone = ZoneInfo(review.change.time_zone)
    return how_it_ended(review.outcome, review.actual_start, review.actual_end, zone=zone, today=clock.now())


def _timeline(text: str) -> list[tuple[str, str]]:
    """Return (time, what) for each line when every line starts with a time; else nothing, and the text stands."""
    found = [_TIMED.fullmatch(line.strip()) for line in text.splitlines() if line.strip()]
    timed = [(line[1], line[2]) for line in found if line]
    return timed if len(timed) == len(found) else []


def _took(review: Review) -> str:
    if review.actual_start is None or review.actual_end is None:
        return ""
    return f"It took {minutes_between(review.actual_start, review.actual_end)}"


@dataclass(frozen=True)
class MeasureRow:
    """A measure as the table shows it; what is not there is written out."""

    name: str
    before: str
    predicted: str
    realised: str
    bound: str
    has_bound: bool
    verdict: str


def _measure_row(measure: selectors.Measure) -> MeasureRow:
    metric = measure.metric
    has_bound = metric.bound is not None
    return MeasureRow(
        name=metric.name,
        before=_amount(metric.baseline, metric.unit),
        predicted=f"{metric.get_direction_display()} {figure(metric.target, metric.unit)}",
        realised=_amount(metric.realised, metric.unit),
        bound=_amount(metric.bound, metric.unit) if has_bound else "None set",
        has_bound=has_bound,
        verdict=measure.verdict,
    )


def _amount(value: float | None, unit: str) -> str:
    return "Not measured" if value is None else figure(value, unit)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Write what happened."""
    review = _review(request, ref)
    _require(rules.may_write(review, selectors.standing_of(reader(request), review)))
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
    review = _review(request, ref)
    data = request.POST.copy()
    data["digest"] = selectors.digest_of(review)
    form = ReviewForm(data, review=review)
    said = f"{error.reason} Yours is still here. Read theirs, then save again to put yours on top."
    form.add_error(None, said)
    return form


_SAID = ("digest", "outcome", "what_happened", "contributing_factors", "went_well")


@login_required
@require_POST
def action_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Add an action."""
    review = _review(request, ref)
    form = ActionForm(request.POST)
    if form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            services.add_action(actor=actor_of(request), review=review, **given)
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"The action is added, and {given['owner']} is told.")
            return redirect("web:review", review.ref)
    return _detail(request, review, form)


@login_required
@require_POST
def action_done(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Mark an action as done."""
    review = _review(request, ref)
    action = selectors.action_for(reader(request), review, pk)
    if action is None:
        raise Http404
    services.complete_action(actor=actor_of(request), action=action)
    messages.success(request, f"Done: {action.text}")
    return redirect("web:review", review.ref)


@sensitive_post_parameters("password", "code", "passkey")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_sign(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then sign what was shown, once the person has proved who they are.

    A review that says too little cannot be signed: the page says what is missing.
    """
    review = _review(request, ref)
    _require(rules.may_sign(review, selectors.standing_of(reader(request), review)))
    form = SignForm(request.POST or None, initial={"digest": selectors.digest_of(review)})
    ways = Ways(request)
    if request.method == "POST" and form.is_valid() and prove(request, form, ways, _denied(request, review)):
        services.sign_review(actor=actor_of(request), review=review, digest=form.cleaned_data["digest"])
        messages.success(request, f"You signed {review.ref}. {review.change.ref} can be closed now.")
        return redirect("web:review", review.ref)
    missing = [text for texts in rules.missing_fields(review).values() for text in texts]
    context = {"review": review, "missing": missing, "form": form, "ways": ways}
    return render(request, "reviews/sign.html", context, status=422 if form.errors else 200)


def _denied(request: HttpRequest, review: Review) -> Callable[[str], None]:
    return lambda reason: record_denial(
        actor=actor_of(request), obj=review, action="review.sign", reason=reason
    )


def _review(request: HttpRequest, ref: str) -> Review:
    review = selectors.review_for(reader(request), ref)
    if review is None:
        raise not_found(request, ("review", ref), exists=selectors.review_exists(ref))
    return review


def _require(decision: Decision) -> None:
    """Refuse a page to someone who may not do what it is for."""
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
