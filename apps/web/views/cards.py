"""Models, the card of each version, and its editions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.rules import FIELDS
from apps.cards.selectors import (
    card_exists,
    card_for,
    compare,
    completeness_of,
    editions_of,
    list_models,
    siblings_of,
    write_decision,
)
from apps.catalog.selectors import version_in_use
from apps.changes.selectors import changes_visible_to
from apps.core import actors
from apps.web.errors import not_found
from apps.web.forms.cards import ModelFilter
from apps.web.planning.intervals import figure_of
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
    """Show a card: what the model is, how well it does against another version, and what is missing."""
    found = card_of(request, ref)
    family = siblings_of(found)
    other = _other(request, found, family)
    lacks = completeness_of(found)
    changes = changes_visible_to(reader(request)).filter(items__to_version=found.version_id)
    context = {
        "card": found,
        "version": found.version,
        "component": found.version.component,
        "owners": list(found.owners.all()),
        "in_use": version_in_use(found.version.component),
        "family": family,
        "other": other,
        "metrics": metric_rows(found.metrics),
        "figure": figure_of(found.metrics, other.metrics if other else []),
        "compared": compare_rows(compare(found, other)) if other else [],
        "lacks": lacks,
        "meter": _meter(len(lacks.filled), lacks.total),
        "editions": editions_of(found),
        "changes": list(changes.order_by("-number").distinct()[:20]),
        "may_write": write_decision(actors.person(reader(request)), found),
        "publishable": found.state == CardState.DRAFT and not lacks.needed,
    }
    return render(request, "cards/card.html", context)


@login_required
@require_safe
def edition(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Show a card as it was in one of its editions."""
    found = card_of(request, ref)
    kept = editions_of(found).filter(number=number).first()
    if kept is None:
        raise Http404(f"{ref} has no edition {number}.")
    people = {owner.pk: str(owner) for owner in found.owners.all()}
    context = {
        "card": found,
        "edition": kept,
        "lines": [(field.label, _written(kept.content, field.name, people)) for field in FIELDS],
        "metrics": metric_rows(kept.content["metrics"]),
    }
    return render(request, "cards/edition.html", context)


def card_of(request: HttpRequest, ref: str) -> ModelCard:
    """Return the card that an address names, or raise the 404 for this person."""
    found = card_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("card", ref), exists=card_exists(ref))
    return found


def _other(request: HttpRequest, found: ModelCard, family: list[ModelCard]) -> ModelCard | None:
    """Return the card to compare with: the one asked for, else the version before, else any other."""
    asked = request.GET.get("with", "")
    others = [each for each in family if each != found]
    older = family[family.index(found) + 1 :]
    named = [each for each in others if each.ref == asked]
    return next(iter([*named, *older, *others]), None)


def _meter(filled: int, total: int) -> list[tuple[str, float]]:
    """Return the boxes of the meter: a class and where each starts, on a line 330 wide."""
    step = 330 / total
    return [("on" if place < filled else "off", round(place * step + 0.5, 1)) for place in range(total)]


def _written(content: dict[str, Any], name: str, people: dict[int, str]) -> str:
    value: Any = content[name]
    if name == "owners":
        return ", ".join(people.get(pk, "Somebody who is no owner any more") for pk in value)
    if name == "retraining_triggers":
        return "\n".join(value)
    return "" if name == "metrics" else str(value)
