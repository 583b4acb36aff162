"""The life of a model card: started, filled in, sent to be signed, taken back, archived."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.cards.models import ModelCard
from apps.cards.selectors import write_decision
from apps.cards.services import archive_card, submit_card, take_back_card
from apps.catalog.models import ComponentVersion
from apps.catalog.selectors import component_for, versions_of
from apps.gates.services import draft_from_records, fill_from_records
from apps.web.errors import not_found
from apps.web.reader import actor_of, reader
from apps.web.views.cards import card_of

Step = Callable[..., ModelCard]


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Start the card of a version that has none, with what the records know of it."""
    made = draft_from_records(actor=actor_of(request), version=_version(request))
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
@require_POST
def fill(request: HttpRequest, ref: str) -> HttpResponse:
    """Fill the card from the registry, lineage and evidence; what people wrote stays."""
    card, moved = fill_from_records(actor=actor_of(request), card=card_of(request, ref))
    said = f"Edition {card.edition} holds what the records say now." if moved else "It holds it all already."
    messages.success(request, said)
    return redirect("web:card", card.ref)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, and then send a card to those who sign it."""
    card = card_of(request, ref)
    return _asked(
        request,
        card,
        submit_card,
        "It is out to be signed.",
        {
            "question": f"Ask for the approval of edition {card.edition} of the card of {card.version}?",
            "consequence": "A Model Validator and an owner of the model sign this edition. Nobody who wrote on the card"
            " can. Whoever edits it meanwhile makes it a draft again.",
            "verb": "Ask for approval",
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, and then take a card back from those who sign it."""
    card = card_of(request, ref)
    return _asked(
        request,
        card,
        take_back_card,
        "The card is a draft again.",
        {
            "question": f"Take back the card of {card.version}?",
            "consequence": "It is a draft again, and nobody is asked to sign it any more.",
            "verb": "Take it back",
        },
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, and then archive a card."""
    card = card_of(request, ref)
    return _asked(
        request,
        card,
        archive_card,
        "The card is archived.",
        {
            "question": f"Archive the card of {card.version}?",
            "consequence": "It stays readable, and nobody can write it any more. This cannot be undone.",
            "verb": "Archive the card",
            "danger": True,
        },
    )


def _asked(
    request: HttpRequest, card: ModelCard, step: Step, done: str, context: dict[str, object]
) -> HttpResponse:
    """Show what a step asks; take it when it is answered."""
    write_decision(actor_of(request), card).require()
    back = reverse("web:card", args=[card.ref])
    if request.method == "POST":
        step(actor=actor_of(request), card=card)
        messages.success(request, done)
        return redirect(back)
    return render(request, "_confirm.html", context | {"cancel": back})
