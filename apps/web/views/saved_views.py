"""Saving how a page is looked at, for oneself or for one's team."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import SavedView
from apps.accounts.selectors import saved_view_of
from apps.accounts.services import delete_view, rename_view, save_view, share_view
from apps.core.errors import Invalid
from apps.web.errors import add_to_form
from apps.web.forms.account import ShareForm, ViewForm
from apps.web.reader import actor_of, reader

PAGES = {
    "ledger": "web:ledger",
    "inbox": "web:inbox",
    "calendar": "web:calendar",
    "dashboards": "web:dashboards",
}
"""Pages that can be saved as views, with their addresses."""
SHARED = ("calendar",)
"""Pages of which a person may share a view with a team that they work in."""

_PLACES = ("after", "before", "page", "csrfmiddlewaretoken")


def narrowing(query: str) -> str:
    """Return the filters of an address without empty ones, and without the place in the list."""
    given = QueryDict(query[:4_000])
    kept = QueryDict(mutable=True)
    for name, values in given.lists():
        if name not in _PLACES and any(values):
            kept.setlist(name, [value for value in values if value])
    return kept.urlencode()


@login_required
@require_POST
def save(request: HttpRequest, page: str) -> HttpResponse:
    """Save what a person looks at under a name, and lead them back to it."""
    if page not in PAGES:
        raise Http404(f"There are no views of {page}.")
    query = narrowing(request.POST.get("query", ""))
    form = ViewForm(request.POST)
    form.is_valid()
    try:
        view = save_view(
            actor=actor_of(request), page=page, name=form.cleaned_data.get("name", ""), query=query
        )
    except Invalid as error:
        add_to_form(form, error)
        context = {"form": form, "query": query, "action": request.path, "back": _address(page, query)}
        return render(request, "account_pages/view_new.html", context, status=422)
    messages.success(request, f"Saved as {view.name}. Only you see it.")
    return redirect(_address(page, view.query))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Rename a saved view, or remove it."""
    view = _own(request, number)
    back = _address(view.page, view.query)
    form = ViewForm(request.POST if request.method == "POST" else None, initial={"name": view.name})
    if request.method == "POST" and "remove" in request.POST:
        delete_view(actor=actor_of(request), view=view)
        messages.success(request, f"The view {view.name} is removed.")
        return redirect(PAGES[view.page])
    if request.method == "POST" and form.is_valid():
        try:
            rename_view(actor=actor_of(request), view=view, name=form.cleaned_data["name"])
        except Invalid as error:
            add_to_form(form, error)
        else:
            return redirect(back)
    share = (
        ShareForm(user=reader(request), initial={"team": view.shared_with_id})
        if view.page in SHARED
        else None
    )
    context = {"form": form, "share": share, "view": view, "back": back, "seen_by": _seen_by(view)}
    return render(request, "account_pages/view.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def share(request: HttpRequest, number: int) -> HttpResponse:
    """Share a saved view with a team, or with nobody any more."""
    view = _own(request, number)
    form = ShareForm(request.POST, user=reader(request))
    if view.page not in SHARED or not form.is_valid():
        raise Http404("There is nobody to share this view with.")
    shared = share_view(actor=actor_of(request), view=view, team=form.cleaned_data["team"])
    messages.success(request, f"{view.name} is {_seen_by(shared)}.")
    return redirect(_address(view.page, view.query))


def _own(request: HttpRequest, number: int) -> SavedView:
    view = saved_view_of(reader(request), number) if number < 2**63 else None
    if view is None:
        raise Http404("You have no such view.")
    return view


def _seen_by(view: SavedView) -> str:
    return f"shared with {view.shared_with}" if view.shared_with else "for you alone"


def _address(page: str, query: str) -> str:
    return f"{reverse(PAGES[page])}?{query}" if query else reverse(PAGES[page])
