"""The list of playbooks, each playbook, and its versions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.enums import Role
from apps.playbooks import selectors
from apps.playbooks.enums import PlaybookState
from apps.playbooks.models import Playbook, PlaybookVersion
from apps.playbooks.rules import blanks_in, playbook_differences, tree_of
from apps.web.errors import not_found
from apps.web.markdown import markdown
from apps.web.reader import actor_of, reader


@login_required
@require_safe
def playbook_list(request: HttpRequest) -> HttpResponse:
    """List the playbooks, those in use first."""
    versions = list(selectors.playbooks_visible_to(reader(request)))
    context = {
        "rows": [(version, _called(version.roles)) for version in versions],
        "may_write": selectors.write_playbooks_decision(actor_of(request)),
    }
    return render(request, "playbooks/playbooks.html", context)


@login_required
@require_safe
def playbook(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a playbook as it stands, and its versions."""
    found = playbook_of(request, ref)
    versions = selectors.playbook_versions(found)
    current = next(each for each in versions if each.number == found.version)
    context = {
        "playbook": found,
        "versions": versions,
        "in_use": found.state == PlaybookState.ACTIVE,
        "may_write": selectors.write_playbooks_decision(actor_of(request)),
        **_said(current),
    }
    return render(request, "playbooks/playbook.html", context)


@login_required
@require_safe
def version(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Show one version of a playbook, and what is different from ``against`` or from the one before."""
    found = playbook_of(request, ref)
    versions = {each.number: each for each in selectors.playbook_versions(found)}
    shown = versions.get(int(number))
    if shown is None:
        raise Http404(f"{found.ref} has no version {number}.")
    named = request.GET.get("against", "")
    known = named.isascii() and named.isdecimal() and len(named) < 6
    before = versions.get(int(named) if known else shown.number - 1)
    context = {
        "playbook": found,
        "versions": list(versions.values()),
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


def playbook_of(request: HttpRequest, ref: str) -> Playbook:
    """Return the playbook that an address names, or raise the 404 for this person."""
    found = selectors.playbook_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("playbook", ref), exists=selectors.playbook_exists(ref))
    return found
