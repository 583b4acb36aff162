"""The catalog: its list, its graph, and the page of one component."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.calendar.selectors import periods_over
from apps.cards.selectors import cards_of_models
from apps.catalog import selectors
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.rules.impact import Graph
from apps.catalog.selectors import version_in_use, versions_in_use
from apps.changes.selectors import moves_coming, moves_past, version_at_work, version_left
from apps.core import clock
from apps.web import component_page, pictures
from apps.web.errors import not_found
from apps.web.forms.catalog import CatalogFilter, GraphFilter
from apps.web.reader import reader

PAGE = 50
MOST_HOPS = 4
MOST_CHANGES = 10
MOST_CARDS = 6
FREEZES_AHEAD = timedelta(days=90)


@dataclass(frozen=True)
class Row:
    """A line of the list: a component, the version at work, and how many hang on it directly."""

    component: Component
    version: str
    relied_on_by: int


@login_required
@require_safe
def component_list(request: HttpRequest) -> HttpResponse:
    """Show the components that match the filters."""
    form = CatalogFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = selectors.list_components(
        reader(request),
        text=chosen.get("q", ""),
        kind=chosen.get("kind", ""),
        team=chosen.get("team", ""),
        tier=int(chosen["tier"]) if chosen.get("tier") else None,
        retired=chosen.get("retired", False),
    )
    listed: QuerySet[Any] = found.annotate(left=version_left())
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form, "page": page, "rows": _rows(page), "applied": _applied(request, form, chosen),
        "said": _said(page),
    }  # fmt: skip
    return render(request, "catalog/list.html", context)


def _rows(page: Page[Component]) -> list[Row]:
    components = list(page.object_list)
    versions = versions_in_use([component.pk for component in components])
    graph = selectors.graph()
    return [
        Row(
            component,
            component.left or _name(versions.get(component.pk)),  # type: ignore[attr-defined]
            len({tie.target for tie in graph.after.get(component.pk, ())}),
        )
        for component in components
    ]


def _name(version: ComponentVersion | None) -> str:
    return version.version if version else ""


def _said(page: Page[Component]) -> str:
    total = page.paginator.count
    return f"{total:,} component{'' if total == 1 else 's'}, by name."


def _applied(request: HttpRequest, form: CatalogFilter, chosen: Mapping[str, object]) -> list[dict[str, str]]:
    """Return each filter in force in words, with the address that leads on without it."""
    labels = {"kind": dict(ComponentKind.choices), "team": dict(form.fields["team"].choices)}  # type: ignore[attr-defined]
    words = {
        "q": f"Words: {chosen.get('q')}",
        "kind": f"Kind: {labels['kind'].get(str(chosen.get('kind')))}",
        "team": f"Team: {labels['team'].get(str(chosen.get('team')))}",
        "tier": f"Tier: {chosen.get('tier')}",
        "retired": "Retired",
    }
    rest = {name: value for name, value in request.GET.items() if name in words and value}
    return [
        {"said": said, "without": "?" + urlencode({key: value for key, value in rest.items() if key != name})}
        for name, said in words.items()
        if chosen.get(name)
    ]


@login_required
@require_safe
def component(request: HttpRequest, key: str) -> HttpResponse:
    """Show one component: what it is, what it hangs together with, and what happens to it."""
    found = selectors.component_for(reader(request), key)
    if found is None:
        raise not_found(request, ("component", key), exists=selectors.component_exists(key))
    person, graph, hops = reader(request), selectors.graph(), _hops(request)
    # One more than is shown says that there are more.
    coming = list(moves_coming(person, found)[: MOST_CHANGES + 1])
    past = list(moves_past(person, found)[: MOST_CHANGES + 1])
    current = version_at_work(version_in_use(found), coming)
    picture = _picture(found, graph, hops, current)
    neighbours = component_page.neighbours(person, found, graph, picture) if picture else []
    models, now = component_page.models_behind(found, neighbours), clock.now()
    context = {
        "component": found,
        "hops": hops,
        "picture": picture,
        "neighbours": neighbours,
        "current": current,
        "versions": list(selectors.versions_of(found)),
        "contracts": list(selectors.contracts_of(found)),
        "objectives": list(selectors.objectives_of(found)),
        "coming": coming[:MOST_CHANGES],
        "past": past[:MOST_CHANGES],
        "more_changes": max(len(coming), len(past)) > MOST_CHANGES,
        "freezes": periods_over(person, found, now, now + FREEZES_AHEAD),
        "cards": cards_of_models(person, models)[:MOST_CARDS],
        "source": component_page.source_of(found),
    }
    return render(request, "catalog/component.html", context)


def _picture(
    found: Component, graph: Graph, hops: int, current: ComponentVersion | None
) -> pictures.Picture | None:
    if found.pk not in graph.nodes:
        return None
    note = f"This {found.get_kind_display().lower()}" + (f" · {current.version}" if current else "")
    return pictures.around(graph, found.pk, back=hops - 1 or 1, hops=hops, note=note)


def _hops(request: HttpRequest) -> int:
    asked = request.GET.get("hops", "")
    return min(int(asked), MOST_HOPS) if asked.isascii() and asked.isdecimal() and asked != "0" else 2


@login_required
@require_safe
def whole_graph(request: HttpRequest) -> HttpResponse:
    """Show the graph of the catalog: around a component, of a team, of a kind, or all of it."""
    form = GraphFilter(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    graph, around = selectors.graph(), None
    shown = selectors.list_components(
        reader(request), kind=chosen.get("kind", ""), team=chosen.get("team", "")
    )
    ids = list(shown.values_list("pk", flat=True).order_by("key"))
    if chosen.get("around"):
        around = _meant(request, chosen["around"])
    if around is not None and around.pk in graph.nodes:
        hops = int(chosen.get("hops") or 2)
        picture = pictures.around(graph, around.pk, back=hops, hops=hops)
        table_ids = [around.pk, *picture.shown]
    else:
        picture = pictures.part(graph, ids, title=_title(len(ids)))
        table_ids = picture.shown
    context = {
        "form": form, "picture": picture, "around": around, "rows": _graph_rows(request, graph, table_ids),
        "nothing": chosen.get("around") if chosen.get("around") and around is None else "",
    }  # fmt: skip
    return render(request, "catalog/graph.html", context)


def _title(count: int) -> str:
    return f"{count:,} components and what relies on what, from left to right. The table below says the same."


def _meant(request: HttpRequest, text: str) -> Component | None:
    """Return the component that a key or a name means; of several with the name, the first by key."""
    exact = selectors.component_for(reader(request), text.strip())
    return exact or selectors.search_components(reader(request), text).order_by("key").first()


def _graph_rows(request: HttpRequest, graph: Graph, ids: list[int]) -> list[dict[str, object]]:
    held = (
        selectors.components_visible_to(reader(request))
        .select_related("owner_team", "owner_person")
        .in_bulk(ids)
    )
    return [
        {
            "component": held[at],
            "relies_on": sorted({graph.nodes[tie.source].label for tie in graph.before.get(at, ())}),
            "relied_on_by": sorted({graph.nodes[tie.target].label for tie in graph.after.get(at, ())}),
        }
        for at in ids
        if at in held
    ]
