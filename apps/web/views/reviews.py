"""Reviews: the list, one review, writing it, its actions, and signing it."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit.services import record_denial
from apps.core import clock
from apps.insights.rules.grammar import count
from apps.reviews import rules, selectors, services
from apps.reviews.models import Review
from apps.web.errors import not_found
from apps.web.forms.reviews import SignForm
from apps.web.proving import Ways, prove
from apps.web.reader import actor_of, reader
from apps.web.review_page import filters_in, page_of, records_of, said_of

PAGE = 25
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

    With ``mine=1``, only those that wait for the person. Those that are signed can be narrowed to what a number on the
    page of lessons counts.
    """
    tab = request.GET.get("tab", "open")
    tab = tab if tab in TABS else "open"
    mine = tab in MINE and request.GET.get("mine") == "1"
    user, filters = reader(request), filters_in(request.GET)
    list_of = MINE[tab] if mine else TABS[tab][1]
    narrowed = tab == "signed" and filters != selectors.Filters()
    rows = selectors.counted_reviews(user, filters) if narrowed else list_of(user)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    tabs = [{"name": name, "label": label, "current": name == tab} for name, (label, _) in TABS.items()]
    noun = "action" if tab == "actions" else "review"
    context = {
        "tabs": tabs,
        "tab": tab,
        "mine": mine,
        "narrowed": said_of(filters) if tab == "signed" else "",
        "page": page,
        "now": clock.now(),
    }
    return render(request, "reviews/list.html", {**context, "said": f"{count(page.paginator.count, noun)}."})


@login_required
@require_safe
def review_detail(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one review."""
    review = review_or_404(request, ref)
    return render(request, "reviews/detail.html", page_of(reader(request), review))


@login_required
@require_safe
def review_records(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what stands around a change under review: signatures, waivers, conflicts, gates, and reviews like it."""
    review = review_or_404(request, ref)
    return render(request, "reviews/records.html", records_of(reader(request), review))


@login_required
@require_safe
def review_feedback(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how the change was for each service that it moved or reaches, some at a time."""
    review, user = review_or_404(request, ref), reader(request)
    page = Paginator(selectors.feedback_of(review), PAGE).get_page(request.GET.get("page"))
    rows = [(one, any(each.pk == user.pk for each in one.asked.all())) for one in page]
    said = f"{count(page.paginator.count, 'service')}, {review.answered} answered."  # type: ignore[attr-defined]
    context = {"review": review, "page": page, "rows": rows, "said": said}
    return render(request, "reviews/feedbacks.html", context)


@login_required
@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """Show what was learned: by theme, what was changed, and whether it helped."""
    user = reader(request)
    return render(request, "reviews/lessons.html", {"lessons": selectors.lessons_for(user)})


@sensitive_post_parameters("password", "code", "passkey")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review_sign(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then sign what was shown, once the person has proved who they are.

    A review that says too little cannot be signed: the page says what is missing.
    """
    review = review_or_404(request, ref)
    rules.may_sign(review, selectors.standing_of(reader(request), review)).require()
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


def review_or_404(request: HttpRequest, ref: str) -> Review:
    """Return a review that the person may see. Raises Http404."""
    review = selectors.review_for(reader(request), ref)
    if review is None:
        raise not_found(request, ("review", ref), exists=selectors.review_exists(ref))
    return review
