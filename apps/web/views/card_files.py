"""Model cards in the formats of others, and in print: brought in, and taken out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.rules.formats import FORMATS, read_file, write_file
from apps.cards.selectors import write_decision
from apps.cards.services import import_card
from apps.core import clock
from apps.core.errors import Invalid, PolicyBlocked
from apps.exports.selectors import card_head, card_said, said_in_files
from apps.exports.services.reports.card import card_report, pdf_problem
from apps.web.card_page.files import Brought, lines_of, packed, unpacked
from apps.web.errors import add_to_form
from apps.web.forms.card_files import CardFileForm
from apps.web.reader import actor_of, reader
from apps.web.views.cards import card_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, ref: str) -> HttpResponse:
    """Offer a card as files, with what each cannot hold; and take a file in two steps: look at it, then take it."""
    card = card_of(request, ref)
    may_write = write_decision(actor_of(request), card)
    if request.method == "POST":
        may_write.require()
        if card.state == CardState.ARCHIVED:
            raise PolicyBlocked("This card is archived, so it stays as it is.")
        if request.POST.get("step") == "import":
            return _import(request, card)
    form = CardFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return render(request, "cards/import_check.html", _look(request, card, form))
        except Invalid as error:
            add_to_form(form, error)
    said = said_in_files(reader(request), card)
    written = [(each, write_file(said, each.name).lost) for each in FORMATS.values()]
    context = {
        "card": card,
        "form": form,
        "may_write": may_write,
        "written": written,
        "pdf_problem": pdf_problem(card_said(reader(request), card)),
    }
    return render(request, "cards/files.html", context)


def _look(request: HttpRequest, card: ModelCard, form: CardFileForm) -> dict[str, Any]:
    found, taken = read_file(form.cleaned_data["file"], form.cleaned_data["format"])
    text = taken.content["extra"][found.name]
    brought = Brought(card.ref, card.edition, form.file_name, found.name, text)
    return {
        "card": card,
        "format": found,
        "file_name": form.file_name,
        "lines": lines_of(reader(request), card, taken),
        "stated": _said_otherwise(request, card, taken.stated),
        "left": taken.left,
        "packed": packed(reader(request), brought),
    }


def _said_otherwise(request: HttpRequest, card: ModelCard, stated: dict[str, Any]) -> list[str]:
    """Return the name and the version that a file gives, where the portal has others: it may be of another model."""
    held = card_said(reader(request), card)
    return [
        f"The file is of “{stated[name]}”; this card is of “{held[name]}”."
        for name in ("name", "version")
        if name in stated and stated[name] != held[name]
    ]


def _import(request: HttpRequest, card: ModelCard) -> HttpResponse:
    brought = unpacked(request.POST.get("packed", ""), reader(request), card)
    try:
        done = import_card(
            actor=actor_of(request),
            card=card,
            data=brought.text.encode(),
            file_name=brought.name,
            format_name=brought.format,
            take=request.POST.getlist("take"),
            edition=brought.edition,
        )
    except Invalid as error:
        for said in error.fields.values():
            messages.error(request, " ".join(said))
        return redirect("web:card-files", card.ref)
    count = len(done.fields)
    fields = "1 field" if count == 1 else f"{count} fields"
    messages.success(request, f"Edition {done.card.edition} has {fields} of “{brought.name}”.")
    return redirect("web:card", card.ref)


@login_required
@require_safe
def download(request: HttpRequest, ref: str, name: str) -> HttpResponse:
    """Send a card as a file of another format, or as a PDF."""
    card = card_of(request, ref)
    if name == "pdf":
        now = clock.now()
        said = card_said(reader(request), card)
        return _sent(card_report(said, card_head(card, now), at=now), "application/pdf", f"{card.ref}.pdf")
    if name not in FORMATS:
        raise Http404(f"There is no format “{name}”.")
    found = FORMATS[name]
    written = write_file(said_in_files(reader(request), card), name)
    return _sent(written.text.encode(), found.media_type, f"{card.ref}{found.suffix}")


def _sent(content: bytes, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
