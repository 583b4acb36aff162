"""The list of templates, each template, and its versions."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.playbooks import selectors
from apps.playbooks.enums import UseState
from apps.playbooks.models import Template, TemplateVersion
from apps.playbooks.rules import in_words, shape_of
from apps.reviews.enums import Becomes
from apps.reviews.selectors import behind_each
from apps.web.errors import not_found
from apps.web.reader import actor_of, reader
from apps.web.sheets import Sheet
from apps.web.versions import shown_beside


@login_required
@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """List the templates, those in use first."""
    user = reader(request)
    context = {
        "versions": list(selectors.templates_visible_to(user)),
        "may_edit": selectors.edit_decision(actor_of(request)),
        "may_start": selectors.start_decision(actor_of(request)),
        "drafts": list(selectors.drafts_of(user)[:10]),
    }
    return render(request, "playbooks/templates.html", context)


@login_required
@require_safe
def template(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a template: what it asks, and its versions."""
    found = template_of(request, ref)
    versions = list(_versions(request, found))
    current = next(each for each in versions if each.number == found.version)
    actor = actor_of(request)
    context = {
        "template": found,
        "version": current,
        "versions": versions,
        "because_of": [one for each in versions for one in each.because_of],  # type: ignore[attr-defined]
        "sheet": Sheet(shape_of(current.schema), {}, prefix="try"),
        "may_edit": selectors.edit_decision(actor),
        "may_start": selectors.start_decision(actor),
        "in_use": found.state == UseState.ACTIVE,
    }
    return render(request, "playbooks/template.html", context)


@login_required
@require_safe
def version(request: HttpRequest, ref: str, number: str) -> HttpResponse:
    """Show one version of a template, and what is different from ``against`` or from the one before."""
    found = template_of(request, ref)
    versions = list(_versions(request, found))
    shown, before = shown_beside(request, versions, found.ref, number)
    context = {
        "template": found,
        "version": shown,
        "versions": versions,
        "before": before,
        "differences": selectors.differences(before, shown) if before else [],
        "questions": [
            (in_words(field), [in_words(part) for part in field.fields])
            for field in shape_of(shown.schema).fields
        ],
        "because_of": shown.because_of,  # type: ignore[attr-defined]
    }
    return render(request, "playbooks/version.html", context)


def _versions(request: HttpRequest, found: Template) -> QuerySet[TemplateVersion]:
    """Return the versions, each with the actions that made it."""
    made = behind_each(reader(request), Becomes.TEMPLATE, found.ref)
    return selectors.versions_of(found).annotate(because_of=made)


def template_of(request: HttpRequest, ref: str) -> Template:
    """Return the template that an address names, or raise the 404 for this person."""
    found = selectors.template_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("template", ref), exists=selectors.template_exists(ref))
    return found
