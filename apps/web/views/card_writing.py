"""Writing model cards, a section at a time, with a preview of what is Markdown."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.cards.models import ModelCard
from apps.cards.rules import BY_NAME, SECTIONS, Kind
from apps.cards.rules.checking import LONGEST_TEXT
from apps.cards.selectors import card_for, completeness_of, write_decision
from apps.cards.services import write_edition
from apps.core.errors import Invalid, Stale
from apps.web.errors import add_to_form
from apps.web.fields import problems
from apps.web.forms.cards import SectionForm
from apps.web.markdown import markdown
from apps.web.reader import actor_of, reader
from apps.web.views.cards import card_of


@login_required
@require_safe
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Go to the section in which the first needed field is missing, else to the first."""
    card = card_of(request, ref)
    write_decision(actor_of(request), card).require()
    lacks = completeness_of(card)
    first = next(iter(lacks.needed or lacks.missing), None)
    return redirect("web:card-section", ref, first.section if first else next(iter(SECTIONS)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, ref: str, section: str) -> HttpResponse:
    """Write the fields of one section as the next edition of a card, or look at them before."""
    card = card_of(request, ref)
    write_decision(actor_of(request), card).require()
    if section not in SECTIONS:
        raise Http404(f"A card has no section “{section}”.")
    form = SectionForm(request.POST or None, card=card, section=section)
    looks = request.POST.get("do") == "preview"
    status = 200
    if request.method == "POST" and not looks and form.is_valid():
        try:
            return _write(request, card, form)
        except Invalid as error:
            add_to_form(form, error)
        except Stale as error:
            status = 409
            form = _again(request, ref, section, error)
    lacks = completeness_of(card)
    context = {
        "card": card,
        "form": form,
        "section": section,
        "sections": [
            (name, label, sum(one.section == name for one in lacks.needed))
            for name, label in SECTIONS.items()
        ],
        "label": SECTIONS[section],
        "lacks": [one for one in lacks.needed if one.section == section],
        "problems": problems([form, *form.rows.values()]),
        "previews": _previews(form) if looks or request.method != "POST" else {},
    }
    return render(request, "cards/edit.html", context, status=status)


@login_required
@require_POST
def preview(request: HttpRequest, ref: str) -> HttpResponse:
    """Return a Markdown text as the card's page will show it, for whoever may write it. It keeps nothing."""
    write_decision(actor_of(request), card_of(request, ref)).require()
    texts = [str(text) for name, text in request.POST.items() if _is_markdown(name)]
    return HttpResponse(markdown(texts[0][:LONGEST_TEXT]) if texts else "")


def _is_markdown(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].kind is Kind.MARKDOWN


def _previews(form: SectionForm) -> dict[str, str]:
    """Return the Markdown of the form's fields as HTML, by name."""
    names = [field.name for field in form.parts if field.kind is Kind.MARKDOWN]
    return {name: markdown(str(form[name].value() or "")[:LONGEST_TEXT]) for name in names}


def _write(request: HttpRequest, card: ModelCard, form: SectionForm) -> HttpResponse:
    written = write_edition(
        actor=actor_of(request), card=card, fields=form.values(), edition=form.cleaned_data["edition"]
    )
    moved = written.edition != form.cleaned_data["edition"]
    messages.success(
        request,
        f"Edition {written.edition} is saved." if moved else "Nothing was different, so nothing is saved.",
    )
    return redirect("web:card", written.ref)


def _again(request: HttpRequest, ref: str, section: str, error: Stale) -> SectionForm:
    """Keep what was typed, over the edition that is there now: saving once more puts it on top."""
    card = card_for(reader(request), ref)
    assert card is not None
    data = request.POST.copy()
    data["edition"] = str(card.edition)
    form = SectionForm(data, card=card, section=section)
    said = f"{error.reason} Yours is still here. Read theirs, then save again to put yours on top."
    form.add_error(None, said)
    return form
