"""Models, the card of each version, its editions, and two versions beside each other."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.cards.models import ModelCard
from apps.cards.rules import WRITTEN
from apps.cards.selectors import (
    card_exists,
    card_for,
    card_with_family,
    compare,
    compare_fields,
    editions_of,
    fields_of,
    list_models,
    siblings_of,
)
from apps.web.card_page.page import charts_beside, people_in, standing_page
from apps.web.card_page.values import shown
from apps.web.charts import table_file
from apps.web.errors import not_found
from apps.web.forms.cards import CompareForm, ModelFilter
from apps.web.planning.measures import compare_rows, metric_rows
from apps.web.reader import reader


@login_required
@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """List the models, with the version in use and the card to read first."""
    form = ModelFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = list_models(reader(request), text=chosen.get("q", ""), team=chosen.get("team", ""))
    context = {"form": form, "rows": rows, "filtered": any(chosen.values())}
    return render(request, "cards/list.html", context)


@login_required
@require_safe
def card(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a card: what the model is, how well it does, where it is in use, what is missing, and who signed it."""
    known = card_with_family(reader(request), ref)
    if known is None:
        raise not_found(request, ("card", ref), exists=card_exists(ref))
    found, family = known
    other = _other(request.GET.get("with", ""), found, family.cards)
    return render(request, "cards/card.html", standing_page(reader(request), found, family, other))


@login_required
@require_safe
def metric_table(request: HttpRequest, ref: str, chart: str) -> HttpResponse:
    """Return the table of a chart of the card as CSV."""
    found = card_of(request, ref)
    other = _other(request.GET.get("with", ""), found, siblings_of(found))
    named = next((one for one in charts_beside(found, other) if one.slug == chart), None)
    if named is None:
        raise Http404(f"{ref} has no chart “{chart}”.")
    return table_file(named)


@login_required
@require_safe
def comparison(request: HttpRequest, ref: str) -> HttpResponse:
    """Lay any two versions of a model beside each other, metric by metric and field by field."""
    found = card_of(request, ref)
    family = siblings_of(found)
    asked = {name: request.GET.get(name, "") for name in ("before", "after")}
    after = _named(asked["after"], family) or found
    before = _named(asked["before"], family) or _other("", after, family) or after
    differ = compare_fields(after, before)
    people = people_in([row.before for row in differ] + [row.after for row in differ])
    context = {
        "card": found,
        "component": found.version.component,
        "form": CompareForm(initial={"before": before.ref, "after": after.ref}, family=family),
        "before": before,
        "after": after,
        "metrics": compare_rows(compare(after, before)),
        "fields": [
            (row.field, shown(row.field, row.before, people), shown(row.field, row.after, people))
            for row in differ
        ],
        "alike": len(WRITTEN) - 1 - len(differ),
    }
    return render(request, "cards/compare.html", context)


@login_required
@require_safe
def edition(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Show a card as it was in one of its editions."""
    found = card_of(request, ref)
    kept = editions_of(found).filter(number=number).first()
    if kept is None:
        raise Http404(f"{ref} has no edition {number}.")
    fields = fields_of(kept)
    people = people_in([fields.get("owners", [])])
    said = [shown(field, fields.get(field.name), people) for field in WRITTEN if field.name != "metrics"]
    context = {
        "card": found,
        "edition": kept,
        "fields": [one for one in said if not one.is_empty],
        "metrics": metric_rows(fields.get("metrics", [])),
    }
    return render(request, "cards/edition.html", context)


def card_of(request: HttpRequest, ref: str) -> ModelCard:
    """Return the card that an address names, or raise the 404 for this person."""
    found = card_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("card", ref), exists=card_exists(ref))
    return found


def _other(asked: str, found: ModelCard, family: list[ModelCard]) -> ModelCard | None:
    """Return the card to compare with: the one asked for, else the version before, else any other."""
    others = [each for each in family if each != found]
    older = family[family.index(found) + 1 :]
    named = [each for each in others if each.ref == asked]
    return next(iter([*named, *older, *others]), None)


def _named(ref: str, family: list[ModelCard]) -> ModelCard | None:
    return next((each for each in family if each.ref == ref), None)
