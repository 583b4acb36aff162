"""A record as it stood at a moment, by what the ledger held about it then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.approvals.rules import describe
from apps.audit.selectors import Entry
from apps.changes.selectors import change_for, named_content, revision_of
from apps.core import clock
from apps.exports.selectors import STEPS, record_as_at, record_exists
from apps.web import dates, entries
from apps.web.errors import not_found
from apps.web.facts import Fact, fact
from apps.web.forms.ledger import AsAtForm, moment_from
from apps.web.reader import reader
from apps.web.replay import Held, replayed
from apps.web.revision_page import lineages_of, sections_of

LATEST = 10


@login_required
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Ask for a record and a moment, and lead to the page of the two."""
    form = AsAtForm(request.GET or None)
    if form.is_valid():
        kind, ident = form.cleaned_data["record"]
        return redirect(address(kind, ident, form.cleaned_data["at"] or clock.now()))
    return render(request, "ledger/choose.html", {"form": form}, status=422 if form.is_bound else 200)


def address(kind: str, ident: str, at: datetime) -> str:
    """Return the permanent address of a record at a moment."""
    return f"{reverse('web:ledger-record-at', args=[kind, ident])}?{urlencode({'at': clock.iso(at)})}"


@login_required
@require_safe
def record(request: HttpRequest, kind: str, ident: str) -> HttpResponse:
    """Show what the ledger held about a record at a moment; for a change also what it said and who had signed."""
    user = reader(request)
    given = request.GET.get("at", "")
    try:
        at = moment_from(given) or clock.now()
    except ValidationError:
        form = AsAtForm({"record": ident, "at": given})
        return render(request, "ledger/choose.html", {"form": form}, status=422)
    steps = record_as_at(user, kind, ident, at=at)
    if not steps and not record_as_at(user, kind, ident):
        raise not_found(request, (kind, ident), exists=record_exists(kind, ident))
    rows = entries.rows(steps[: -LATEST - 1 : -1])
    context = {
        "form": AsAtForm(initial={"record": ident, "at": f"{at:%Y-%m-%dT%H:%M:%S}"}),
        "kind": kind,
        "ident": ident,
        "page": entries.address(kind, ident),
        "at": at,
        "local": "" if not at.astimezone(dates.zone_of()).utcoffset() else at,
        "link": request.build_absolute_uri(address(kind, ident, at)),
        "fields": [_Field(fact(name, one.value), one) for name, one in sorted(replayed(steps).items())],
        "rows": rows,
        "more": len(steps) - len(rows),
        "capped": len(steps) == STEPS,
        **(_change(user, ident, steps) if kind == "change" else {}),
    }
    return render(request, "ledger/record_at.html", context)


@dataclass(frozen=True)
class _Field:
    """A field with what it held, and since when."""

    fact: Fact
    held: Held


@dataclass(frozen=True)
class _Signature:
    """A signature that was asked for, and what had become of it."""

    role: str
    name: str
    status: str
    meta: str


def _change(user: User, ref: str, steps: list[Entry]) -> dict[str, Any]:
    """Return the revision that was submitted last, with all that it says, and its signatures by then."""
    sent = [step for step in steps if step.event.event in ("change.submitted", "change.refreshed")]
    number = sent[-1].data.get("revision") if sent else None
    change = change_for(user, ref) if isinstance(number, int) else None
    revision = revision_of(change, number) if change and isinstance(number, int) else None
    if change is None or revision is None:
        return {}
    content = named_content(revision)
    return {
        "change": change,
        "revision": revision,
        "in_force": not any(step.event.event == "change.revised" for step in steps[steps.index(sent[-1]) :]),
        "sections": sections_of(content),
        "lineages": lineages_of(content),
        "signatures": _signatures(steps, revision.number),
    }


_STATUS = {
    "approval.signed": ("signed", ""),
    "approval.rejected": ("rejected", ""),
    "approval.abstained": ("open", "Abstained "),
}


def _signatures(steps: list[Entry], revision: int) -> list[_Signature]:
    own = [step for step in steps if step.data.get("revision") == revision]
    asked = [
        one for step in own if step.event.event == "approval.asked" for one in step.data.get("asked", [])
    ]
    rows = entries.rows([step for step in own if step.event.event in (*_STATUS, "approval.withdrawn")])
    kept = [step.data for step in own if step.event.event == "approval.kept"]
    taken = {
        (step.data["requirement"], step.event.actor_key)
        for step in own
        if step.event.event == "approval.withdrawn"
    }
    names = entries.people_called(one[who] for one in kept for who in ("signer", "for") if who in one)
    given: dict[Any, list[entries.Row]] = {}
    for row in rows:
        stands = given.setdefault(row.entry.data.get("requirement"), [])
        if row.entry.event.event == "approval.withdrawn":
            stands[:] = [one for one in stands if one.entry.event.actor_key != row.entry.event.actor_key]
        else:
            stands.append(row)
    shown = []
    for one in asked:
        role = describe(one["role"], str(one["component"]).rpartition("/")[2])
        for row in given.get(one["requirement"], []):
            status, word = _STATUS[row.entry.event.event]
            shown.append(_Signature(role, row.who.name, status, f"{word}{row.utc} UTC"))
        before = [
            each
            for each in kept
            if each["requirement"] == one["requirement"] and (one["requirement"], each["signer"]) not in taken
        ]
        for each in before:
            on = f"On revision {each['signed_revision']}. {each['because']}"
            people = " for ".join(names[each[who]] for who in ("signer", "for") if who in each)
            shown.append(_Signature(role, people, "signed", on))
        if not given.get(one["requirement"]) and not before:
            shown.append(_Signature(role, "", "open", "Not signed by then"))
    return shown
