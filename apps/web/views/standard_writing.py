"""Writing standard changes: a version, sending it for approval, taking it back, and retiring the whole."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.changes import selectors, services
from apps.changes.models import Standard
from apps.core.errors import Conflict, Invalid, Stale
from apps.web.errors import add_to_form
from apps.web.forms.standards import StandardForm, starting_from
from apps.web.reader import actor_of
from apps.web.views.asking import Question, ask_why
from apps.web.views.standards import standard_of, version_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, ref: str = "") -> HttpResponse:
    """Write a standard change, or a version of one. Nobody is asked yet."""
    found = standard_of(request, ref) if ref else None
    selectors.may_write_standards_now(actor_of(request)).require()
    if found is not None:
        _require_writable(request, found)
    form = StandardForm(request.POST if request.method == "POST" else None, initial=_start(request, found))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.write_standard(actor=actor_of(request), given=form.given(), standard=found)
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"{made} is kept as a draft. Read it, then send it for approval.")
            return redirect("web:standard-version", made.standard.ref, made.number)
    context = {
        "form": form,
        "standard": found,
        "cancel": reverse("web:standard", args=[found.ref]) if found else reverse("web:standards"),
    }
    return render(request, "standards/write.html", context, status=422 if form.errors else 200)


def _require_writable(request: HttpRequest, found: Standard) -> None:
    """Refuse before anything is typed what the service would refuse after."""
    if found.retired_at is not None:
        raise Stale(f"{found.ref} is retired.", remedy="Write a new standard change.")
    in_hand = selectors.version_in_hand(found)
    if in_hand is None:
        return
    if in_hand.state != "draft":
        raise Conflict(f"{in_hand} is out for approval.", remedy="Have that one decided or taken back first.")
    selectors.may_edit_now(actor_of(request), in_hand).require()


def _start(request: HttpRequest, found: Standard | None) -> dict[str, object]:
    """Return what the form begins with: the version in hand, else the one that stands, else what the address names."""
    if found is None:
        return {"components": request.GET.get("component", "")[:200]}
    return starting_from(selectors.version_in_hand(found) or selectors.shown_version(found))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Ask why, and send a version for approval on POST."""
    found = version_of(request, ref, number)
    selectors.may_edit_now(actor_of(request), found).require()
    asked = Question(
        question=f"Send {found} for approval?",
        consequence="It never changes from then on. Everyone is asked whom the approval policy would ask about a "
        "normal change that moves all that it names.",
        label="Why should this be a standard change?",
        verb="Send it for approval",
        done=f"{found} is out for approval. Nothing is made from it until then.",
        back=reverse("web:standard-version", args=[ref, number]),
    )
    return ask_why(
        request,
        asked,
        lambda reason: services.propose_standard(actor=actor_of(request), version=found, reason=reason),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Ask before a version that is not decided is taken back, and take it back on POST."""
    found = version_of(request, ref, number)
    selectors.may_take_back_now(actor_of(request), found).require()
    if request.method == "POST":
        services.withdraw_standard(actor=actor_of(request), version=found)
        messages.success(request, f"{found} is taken back. It stays on record.")
        return redirect("web:standard", ref)
    if not found.is_in_hand:
        raise Stale(f"{found} is {found.get_state_display().lower()}.", remedy="Open it again.")
    context = {
        "question": f"Take back {found}?",
        "consequence": "Nobody is asked about it any more. It stays on record. A version in force stays in force.",
        "verb": "Take it back",
        "danger": True,
        "cancel": reverse("web:standard-version", args=[ref, number]),
    }
    return render(request, "_confirm.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why, and retire a standard change on POST."""
    found = standard_of(request, ref)
    selectors.may_retire_now(actor_of(request), found).require()
    if found.retired_at is not None:
        raise Stale(f"{found.ref} is retired already.", remedy="Open it to see why.")
    asked = Question(
        question=f"Retire {found.ref}?",
        consequence="No change is made from it any more. Changes that were submitted within it keep it. Whoever has "
        "one under way is told why.",
        label="Why is it retired, and what is done instead?",
        verb="Retire it",
        done=f"{found.ref} is retired. It stays on record, and its users are told.",
        back=reverse("web:standard", args=[ref]),
        danger=True,
    )
    return ask_why(
        request,
        asked,
        lambda reason: services.retire_standard(actor=actor_of(request), standard=found, reason=reason),
    )
