"""The inbox: what needs a person, what they wait for, what they decided."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.approvals.selectors import (
    Tab,
    checks_of,
    eligible_people,
    inbox_for,
    open_counts,
    open_questions,
    questions_to,
    requirement_exists,
    requirement_for,
    snoozes_of,
    waiting_count_for,
)
from apps.web import preview
from apps.web.consequences import decided_sentence, row_sentence, waiting_sentence
from apps.web.context import shell_of
from apps.web.dates import when
from apps.web.discussion_page import waits_for
from apps.web.errors import not_found
from apps.web.reader import reader
from apps.web.what_next import put_off

PAGE = 25
TABS: dict[str, Tab] = {
    "needs-me": "needs_me",
    "snoozed": "snoozed",
    "waiting": "waiting",
    "decided": "decided",
}


@dataclass(frozen=True)
class Row:
    """One row of the list: a requirement, what follows in one sentence, whose answer it waits for, who put it off."""

    requirement: Requirement
    sentence: str
    waits: str
    put_off: str
    selected: bool


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
    user = reader(request)
    chosen = _chosen(request, user, requirement)
    tab = TABS.get(request.GET.get("tab", ""), "needs_me")
    number = _page_number(request)
    found = list(inbox_for(user, tab)[(number - 1) * PAGE : number * PAGE + 1])
    chosen_here = chosen or (found[0] if found else None)
    page = _page(user, tab, found, number, chosen_here)
    context = {
        "tab": _name_of(tab),
        "page": page,
        "questions": list(questions_to(user)),
        "needs_me": shell_of(request).inbox_count,
        "waiting": waiting_count_for(user),
        "shown": preview.of(user, chosen_here) if chosen_here else None,
        "checks": list(checks_of(user)) if tab == "needs_me" else [],
        "opened": requirement is not None,
        "next_due": _next_due(user) if tab == "needs_me" and not found else None,
    }
    return render(request, "inbox/page.html", context)


def _chosen(request: HttpRequest, user: User, pk: int | None) -> Requirement | None:
    if pk is None:
        return None
    found = requirement_for(user, pk)
    if found is None:
        raise not_found(request, ("requirement", str(pk)), exists=requirement_exists(pk))
    return found


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _page(user: User, tab: Tab, found: list[Requirement], number: int, chosen: Requirement | None) -> Page:
    shown = found[:PAGE]
    said, waits, later = _sentences(tab, shown), _waits(user, shown), _put_off(user, tab, shown)
    return Page(
        rows=[
            Row(
                row,
                said[row.pk],
                waits.get(row.pk, ""),
                later.get(row.pk, ""),
                chosen is not None and row.pk == chosen.pk,
            )
            for row in shown
        ],
        number=number,
        previous_url=_page_url(tab, number - 1) if number > 1 else "",
        next_url=_page_url(tab, number + 1) if len(found) > PAGE else "",
    )


def _sentences(tab: Tab, shown: list[Requirement]) -> dict[int, str]:
    """Return the sentence of each row: what follows, who is waited on, or what became of it."""
    if tab == "decided":
        return {row.pk: decided_sentence(row) for row in shown}
    if tab == "waiting":
        people = eligible_people(shown)
        return {row.pk: waiting_sentence(row, people[row.pk]) for row in shown}
    counts = open_counts(row.round_id for row in shown)
    return {row.pk: row_sentence(row, counts[row.round_id]) for row in shown}


def _waits(user: User, shown: list[Requirement]) -> dict[int, str]:
    """Return whose answer each paused row waits for; one query, none when no clock stands."""
    paused = [row for row in shown if row.paused_at is not None and row.state == RequirementState.OPEN]
    asked = open_questions(row.pk for row in paused) if paused else {}
    return {row.pk: waits_for(user, asked.get(row.pk, [])) for row in paused}


def _put_off(user: User, tab: Tab, shown: list[Requirement]) -> dict[int, str]:
    """Return who put each row off until when, on the tabs that show it; one query there."""
    if tab not in ("snoozed", "waiting"):
        return {}
    found = snoozes_of(row.pk for row in shown)
    if tab == "snoozed":
        found = {pk: [one for one in snoozes if one.user == user] for pk, snoozes in found.items()}
        return {pk: f"Back on {when(one.until)}" for pk, snoozes in found.items() for one in snoozes}
    return {pk: ". ".join(put_off(snoozes)) for pk, snoozes in found.items()}


def _page_url(tab: Tab, number: int) -> str:
    return f"{reverse('web:inbox')}?tab={_name_of(tab)}&page={number}"


def _name_of(tab: Tab) -> str:
    return next(name for name, value in TABS.items() if value == tab)


def _next_due(user: User) -> Requirement | None:
    """Return what this person waits for that is due first, so that an empty inbox says what comes next."""
    return inbox_for(user, "waiting").first()
