"""Proposing a version of the approval policy, with a look at what it would ask; and taking a proposal back."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.approvals.enums import PolicyState
from apps.approvals.models import PolicyVersion
from apps.approvals.selectors import (
    document_by_name,
    may_propose_policy,
    people_named,
    policy_as_kept,
    policy_in_force,
    rules_in,
)
from apps.approvals.services import propose_policy, withdraw_policy
from apps.changes.selectors import replay_policy
from apps.core.errors import Invalid, Stale
from apps.web.forms.policy import PolicyForm
from apps.web.policy_examples import examples
from apps.web.policy_words import differences, differences_beside
from apps.web.reader import actor_of, reader
from apps.web.views.policy import version_for


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Write a version: look at what it would ask of the open changes, then send it for approval."""
    may_propose_policy(actor_of(request)).require()
    current = policy_in_force()
    form = (
        PolicyForm(request.POST)
        if request.method == "POST"
        else PolicyForm(initial={"document": _text(current)})
    )
    context: dict[str, object] = {"form": form, "current": current, "examples": examples()}
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("step") == "propose":
                made = propose_policy(actor=actor_of(request), **form.cleaned_data)
                messages.success(
                    request, f"Version {made.number} is out for approval. Nothing changes until then."
                )
                return redirect("web:policy-version", ref=made.ref)
            context |= _look(request, form, current)
        except Invalid as error:
            form.add_problems(error)
    return render(request, "policy/new.html", context, status=422 if form.errors else 200)


def _look(request: HttpRequest, form: PolicyForm, current: PolicyVersion) -> dict[str, object]:
    (document, rules), old = policy_as_kept(form.cleaned_data["document"]), rules_in(current)
    people = people_named([*rules, *old])
    beside = differences_beside(current, PolicyVersion(document=document))
    return {
        "replay": replay_policy(reader(request), rules),
        "differences": [*differences(old, rules, people), *beside],
    }


def _text(current: PolicyVersion) -> str:
    """Return the version in force as text to edit; its rules name their parts in the order of the first."""
    named = document_by_name(current.document)
    rules = [{name: rule[name] for name in sorted(rule, key=_place)} for rule in named["rules"]]
    # All that it says beside its rules too: what a person does not see, they would take away unknowingly.
    return json.dumps({**named, "rules": rules}, indent=2, ensure_ascii=False)


_ORDER = (
    "id",
    "role",
    "asks",
    "classes",
    "risks",
    "touch",
    "kinds",
    "tiers",
    "data",
    "question",
    "why",
    "quorum",
    "stage",
)


def _place(name: str) -> int:
    return _ORDER.index(name)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask before a proposal is taken back, and take it back on POST."""
    found = version_for(request, reader(request), ref)
    may_propose_policy(actor_of(request)).require()
    if request.method == "POST":
        withdraw_policy(actor=actor_of(request), version=found)
        messages.success(request, f"Version {found.number} is taken back. It stays on record.")
        return redirect("web:policy")
    if found.state != PolicyState.PROPOSED:
        raise Stale(
            f"Version {found.number} is {found.get_state_display().lower()}.", remedy="Open it again."
        )
    context = {
        "question": f"Take back version {found.number} of the approval policy?",
        "consequence": "Nobody is asked about it any more. It stays on record. The rules in force go on.",
        "verb": "Take it back",
        "danger": True,
        "cancel": reverse("web:policy-version", args=[found.ref]),
    }
    return render(request, "_confirm.html", context)
