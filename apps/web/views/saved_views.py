"""Saving how a page is looked at, for oneself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.selectors import saved_view_of
from apps.accounts.services import delete_view, rename_view, save_view
from apps.core.errors import Invalid
from apps.web.errors import add_to_form
from apps.web.forms.account import ViewForm
from apps.web.reader import actor_of, reader

PAGES = {"ledger": "web:ledger", "inbox": "web:inbox"}
"""Pages that can be saved as views, with their addresses."""

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
    view = saved_view_of(reader(request), number) if number < 2**63 else None
    if view is None:
        raise Http404("You have no such view.")
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
    context = {"form": form, "view": view, "back": back}
    return render(request, "account_pages/view.html", context, status=422 if form.is_bound else 200)


def _address(page: str, query: str) -> str:
    return f"{reverse(PAGES[page])}?{query}" if query else reverse(PAGES[page])
