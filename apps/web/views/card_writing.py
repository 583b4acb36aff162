"""Writing model cards: started, edited, published, archived."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.cards.models import ModelCard
from apps.cards.selectors import card_for, completeness_of, write_decision
from apps.cards.services import archive_card, draft_card, publish_card, write_edition
from apps.catalog.models import ComponentVersion
from apps.catalog.selectors import component_for, versions_of
from apps.core import actors
from apps.core.errors import Forbidden, Invalid, Stale
from apps.web.errors import add_to_form, not_found
from apps.web.forms.cards import CardForm, MetricForm, metric_rows_of, metrics_given
from apps.web.reader import reader
from apps.web.views.cards import card_of


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start the card of a version that has none."""
    made = draft_card(actor=actors.person(reader(request)), version=_version(request))
    return redirect("web:card", made.ref)


def _version(request: HttpRequest) -> ComponentVersion:
    key, number = request.POST.get("component", ""), request.POST.get("version", "")
    component = component_for(reader(request), key)
    found = versions_of(component).filter(version=number) if component and "\x00" not in number else None
    version = found.first() if found is not None else None
    if version is None:
        raise not_found(request, ("component", key), exists=False)
    return version


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Write the next edition of a card."""
    card = card_of(request, ref)
    decision = write_decision(actors.person(reader(request)), card)
    if not decision:
        raise Forbidden(decision.reason, remedy=decision.remedy)
    form = CardForm(request.POST or None, card=card)
    rows = metric_rows_of(card, request.POST or None)
    status = 200
    if request.method == "POST" and all([form.is_valid(), rows.is_valid()]):
        try:
            return _write(request, card, form, rows)
        except Invalid as error:
            add_to_form(form, error)
        except Stale as error:
            status = 409
            form = _again(request, ref, error)
    context = {"card": card, "form": form, "rows": rows, "lacks": completeness_of(card)}
    return render(request, "cards/edit.html", context, status=status)


def _write(
    request: HttpRequest, card: ModelCard, form: CardForm, rows: "BaseFormSet[MetricForm]"
) -> HttpResponse:
    written = write_edition(
        actor=actors.person(reader(request)),
        card=card,
        fields=form.values() | {"metrics": metrics_given(rows)},
        edition=form.cleaned_data["edition"],
    )
    messages.success(request, f"Edition {written.edition} is saved.")
    return redirect("web:card", written.ref)


def _again(request: HttpRequest, ref: str, error: Stale) -> CardForm:
    """Keep what was typed, over the edition that is there now: saving once more puts it on top."""
    card = card_for(reader(request), ref)
    assert card is not None
    data = request.POST.copy()
    data["edition"] = str(card.edition)
    form = CardForm(data, card=card)
    said = f"{error.reason} Yours is still here. Read theirs, then save again to put yours on top."
    form.add_error(None, said)
    return form


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, and then publish a card."""
    card = card_of(request, ref)
    if request.method == "POST":
        publish_card(actor=actors.person(reader(request)), card=card)
        messages.success(request, "The card is published.")
        return redirect("web:card", card.ref)
    context = {
        "question": f"Publish the card of {card.version}?",
        "consequence": "Everyone reads this edition from then on. Whoever edits it starts a new draft.",
        "verb": "Publish the card",
        "cancel": reverse("web:card", args=[card.ref]),
    }
    return render(request, "_confirm.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, and then archive a card."""
    card = card_of(request, ref)
    if request.method == "POST":
        archive_card(actor=actors.person(reader(request)), card=card)
        messages.success(request, "The card is archived.")
        return redirect("web:card", card.ref)
    context = {
        "question": f"Archive the card of {card.version}?",
        "consequence": "It stays readable, and nobody can write it any more.",
        "verb": "Archive the card",
        "cancel": reverse("web:card", args=[card.ref]),
        "danger": True,
    }
    return render(request, "_confirm.html", context)
