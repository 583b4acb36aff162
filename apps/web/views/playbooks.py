"""The list of playbooks, each playbook, and its versions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.enums import Role
from apps.calendar.enums import ConflictKind
from apps.changes.selectors.playbooks import CONFLICT, playbooks_for_change
from apps.playbooks import selectors, services
from apps.playbooks.enums import UseState
from apps.playbooks.models import Playbook, PlaybookVersion
from apps.playbooks.rules import blanks_in, cleaned, playbook_differences, tree_of
from apps.reviews.enums import Becomes
from apps.reviews.selectors import behind_each
from apps.web.errors import not_found
from apps.web.markdown import markdown
from apps.web.reader import actor_of, reader
from apps.web.versions import shown_beside
from apps.web.views.change_documents import change_or_404
from apps.web.views.drills import drill_length


@login_required
@require_safe
def playbook_list(request: HttpRequest) -> HttpResponse:
    """List the playbooks, those in use first; or those that are pointed out at a component."""
    user, component = reader(request), cleaned(request.GET.get("component", ""), lines=False)[:250]
    versions = (
        selectors.playbooks_at(user, [selectors.place(selectors.COMPONENT, component)])
        if component
        else list(selectors.playbooks_visible_to(user))
    )
    context = {
        "component": component,
        "rows": [(version, _called(version.roles)) for version in versions],
        "may_write": selectors.write_playbooks_decision(actor_of(request)),
    }
    return render(request, "playbooks/playbooks.html", context)


@login_required
@require_safe
def playbook(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a playbook as it stands, and its versions."""
    found = playbook_of(request, ref)
    versions = list(_versions(request, found))
    current = next(each for each in versions if each.number == found.version)
    actor = actor_of(request)
    last = selectors.last_drill(reader(request), found)
    context = {
        "last_drill": last,
        "last_took": drill_length(last) if last else "",
        "may_plan_drill": selectors.plan_drill_decision(actor),
        "playbook": found,
        "versions": versions,
        "because_of": [one for each in versions for one in each.because_of],  # type: ignore[attr-defined]
        "readers": selectors.readers_of(current),
        "is_asked": selectors.read_decision(actor, current),
        "has_read": selectors.has_read(reader(request), current),
        "components": selectors.keys_at(found.places, selectors.COMPONENT),
        "conflicts": [ConflictKind(kind).label for kind in selectors.keys_at(found.places, CONFLICT)],
        "in_use": found.state == UseState.ACTIVE,
        "may_write": selectors.write_playbooks_decision(actor),
        **_said(current),
    }
    return render(request, "playbooks/playbook.html", context)


@login_required
@require_POST
def read(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep that the reader has read the version that they were shown."""
    found = playbook_of(request, ref)
    number = request.POST.get("version", "")
    known = number.isascii() and number.isdecimal() and len(number) < 6
    services.acknowledge_playbook(
        actor=actor_of(request), playbook=found, version=int(number) if known else 0
    )
    messages.success(request, f"It is kept that you have read version {number} of {found.ref}.")
    return redirect("web:playbook", found.ref)


@login_required
@require_safe
def of_change(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the playbooks for a change: of what it moves, and of the conflicts that it is in."""
    change = change_or_404(request, ref)
    context = {"change": change, "playbooks": playbooks_for_change(reader(request), change)}
    return render(request, "playbooks/of_change.html", context)


@login_required
@require_safe
def version(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Show one version of a playbook, and what is different from ``against`` or from the one before."""
    found = playbook_of(request, ref)
    versions = list(_versions(request, found))
    shown, before = shown_beside(request, versions, found.ref, number)
    context = {
        "playbook": found,
        "versions": versions,
        "because_of": shown.because_of,  # type: ignore[attr-defined]
        "before": before,
        "differences": playbook_differences(before.content, shown.content) if before else [],
        **_said(shown),
    }
    return render(request, "playbooks/playbook_version.html", context)


def _said(shown: PlaybookVersion) -> dict[str, Any]:
    """Return what a version says, as its page shows it."""
    content = shown.content
    return {
        "version": shown,
        "content": content,
        "called": _called(shown.roles),
        "text": markdown(content["text"]),
        "tree": tree_of(content),
        "messages_to": [(message, blanks_in(message)) for message in content["messages"]],
    }


def _called(roles: list[str]) -> str:
    return ", ".join(Role(role).label for role in roles)


def _versions(request: HttpRequest, found: Playbook) -> QuerySet[PlaybookVersion]:
    """Return the versions, each with the actions that made it."""
    made = behind_each(reader(request), Becomes.PLAYBOOK, found.ref)
    return selectors.playbook_versions(found).annotate(because_of=made)


def playbook_of(request: HttpRequest, ref: str) -> Playbook:
    """Return the playbook that an address names, or raise the 404 for this person."""
    found = selectors.playbook_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("playbook", ref), exists=selectors.playbook_exists(ref))
    return found
