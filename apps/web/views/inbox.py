"""The inbox: what needs a person, what they put off, what they wait for, what they decided."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.accounts.selectors import saved_views_of
from apps.approvals.models import Requirement
from apps.approvals.selectors import (
    Counts,
    Tab,
    checks_of,
    delegations_of,
    inbox_counts,
    inbox_for,
    of_the_kind,
    questions_to,
    requirement_exists,
    requirement_for,
)
from apps.approvals.services import mark_seen
from apps.core import clock
from apps.web import preview
from apps.web.consequences import absences
from apps.web.context import shell_of
from apps.web.errors import not_found
from apps.web.forms.inbox import InboxFilter
from apps.web.inbox_rows import Row, rows_of, seen_by
from apps.web.narrowed import applied, no_match
from apps.web.reader import actor_of, reader
from apps.web.views.saved_views import narrowing

PAGE = 25
TABS: dict[str, tuple[Tab, str]] = {
    "needs-me": ("needs_me", "Needs me"),
    "snoozed": ("snoozed", "Put off"),
    "waiting": ("waiting", "Waiting on others"),
    "decided": ("decided", "Decided"),
}
_FILTERS = {
    "q": "Words",
    "role": "Role",
    "kind": "Kind",
    "change_class": "Class",
    "due": "Due",
    "risk": "Risk",
}


@dataclass(frozen=True)
class Page:
    """A page of rows, with the addresses of its neighbours; an empty address means there is none."""

    rows: list[Row]
    number: int
    previous_url: str
    next_url: str

    @property
    def said(self) -> str:
        """Return where the reader is in the list."""
        return f"Page {self.number}"


@login_required
@require_safe
def inbox(request: HttpRequest, requirement: int | None = None) -> HttpResponse:
    """Show a tab of the inbox, with the selected requirement beside it: the one named, else the first."""
    user, now = reader(request), clock.now()
    opened = _opened(request, user, requirement)
    name = request.GET.get("tab", "")
    name = name if name in TABS else "needs-me"
    tab, form, number = TABS[name][0], InboxFilter(request.GET), _page_number(request)
    found = list(inbox_for(user, tab, form.narrow())[(number - 1) * PAGE : number * PAGE + 1])
    shown, chosen = found[:PAGE], opened or (found[0] if found else None)
    seen = seen_by(user, tab, [*shown, *([opened] if opened else [])])
    filters = {key: value for key, value in request.GET.dict().items() if key in _FILTERS and value}
    counts = inbox_counts(user)
    shell_of(request).inbox_count = counts.needs_me
    context = {
        "tab": name,
        "tabs": _tabs(filters, counts),
        "page": Page(
            rows_of(user, tab, shown, chosen, seen),
            number,
            _address(name, filters, number - 1) if number > 1 else "",
            _address(name, filters, number + 1) if len(found) > PAGE else "",
        ),
        "here": f"?{_query(name, filters, number)}",
        "shown": preview.of(user, chosen, seen.since.get(chosen.pk)) if chosen else None,
        "shown_at": now,
        "opened": opened is not None,
        "needs_me": counts.needs_me,
        **_asked_otherwise(user, name, counts),
        **_narrowed(request, user, name, form),
        "next_due": inbox_for(user, "waiting").first() if name == "needs-me" and not found else None,
        "together": of_the_kind(shown) if tab == "needs_me" else [],
    }
    if opened and request.method == "GET":
        mark_seen(actor=actor_of(request), requirement=opened, at=now)
    return render(request, "inbox/page.html", context)


def _opened(request: HttpRequest, user: User, pk: int | None) -> Requirement | None:
    if pk is None:
        return None
    found = requirement_for(user, pk)
    if found is None:
        raise not_found(request, ("requirement", str(pk)), exists=requirement_exists(pk))
    return found


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _tabs(filters: dict[str, str], counts: Counts) -> list[tuple[str, str, int | None, str]]:
    """Return each tab: name, words, how many are in it (None: not counted), and its address under the same filters."""
    many = {"needs-me": counts.needs_me, "snoozed": counts.snoozed, "waiting": counts.waiting}
    return [(name, words, many.get(name), _address(name, filters, 1)) for name, (_, words) in TABS.items()]


def _asked_otherwise(user: User, tab: str, counts: Counts) -> dict[str, Any]:
    """Return what else a person is asked than to sign: answers, to stand in, and whether their roles are still theirs.

    With it who stands in for them now.
    """
    here = tab == "needs-me"
    cover, now = list(delegations_of(user)) if here and counts.cover else [], clock.now()
    given = [one for one in cover if one.giver_id == user.pk and one.accepted_at and one.starts_at <= now]
    return {
        "offers": [one for one in cover if one.delegate_id == user.pk and not one.accepted_at],
        "away": absences(given, user),
        "questions": list(questions_to(user)) if here and counts.questions else [],
        "checks": list(checks_of(user)) if here and counts.checks else [],
    }


def _narrowed(request: HttpRequest, user: User, tab: str, form: InboxFilter) -> dict[str, Any]:
    said = applied(form, request.GET.dict(), _FILTERS, reverse("web:inbox"))
    return {
        "form": form,
        "applied": said,
        "no_match": no_match(said),
        "clear": _address(tab, {}, 1),
        "views": list(saved_views_of(user, "inbox")),
        "query": narrowing(request.GET.urlencode()),
    }


def _address(tab: str, filters: dict[str, str], page: int) -> str:
    return f"{reverse('web:inbox')}?{_query(tab, filters, page)}"


def _query(tab: str, filters: dict[str, str], page: int) -> str:
    return urlencode({"tab": tab, **filters, **({"page": page} if page > 1 else {})})
