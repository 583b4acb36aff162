"""The approval policy as people read it, and which of its rules asked for which signature on a change."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.accounts.selectors import holds_any_role
from apps.approvals.enums import PolicyState
from apps.approvals.models import PolicyVersion, Requirement
from apps.approvals.rules import FIRST_NUMBER, Rule, silence
from apps.approvals.selectors import (
    Standing,
    Uses,
    explanation_of,
    may_propose_policy,
    people_named,
    policy_for,
    policy_in_force,
    policy_numbered,
    policy_versions,
    requirements_under,
    rules_in,
    standing,
    uses_of_rules,
)
from apps.changes.selectors import change_exists, change_for, rehearsal_refs, replay_policy
from apps.core.errors import Forbidden
from apps.web.consequences import absences
from apps.web.errors import not_found
from apps.web.policy_words import (
    RuleRow,
    asked_for,
    differences,
    differences_beside,
    go_ahead,
    proof_said,
    rows_of,
    times_said,
)
from apps.web.reader import actor_of, reader

PAGE = 50


@dataclass(frozen=True)
class Asked:
    """One signature that a change asked for: the rule, why it spoke, and how it stands."""

    one: Standing
    rule: RuleRow | None
    many: str
    cover: list[str]


@dataclass(frozen=True)
class Silent:
    """A rule that asked for nothing on a change, and why."""

    row: RuleRow
    why: str


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the policy in force and every version."""
    user = reader(request)
    if not holds_any_role(user):
        raise Forbidden(
            "The approval policy is read by those who hold a role.", remedy="Ask a Change Manager."
        )
    versions = policy_versions(user)
    current = next(one for one in versions if one.state == PolicyState.IN_FORCE)
    context = {
        "current": current,
        "rules": _rows(rules_in(current), _uses(user, current)),
        "times": times_said(current),
        "go_ahead": go_ahead(current),
        "proof": proof_said(current),
        "versions": versions,
        "proposed": next((one for one in versions if one.state == PolicyState.PROPOSED), None),
        "may_propose": may_propose_policy(actor_of(request)),
    }
    return render(request, "policy/page.html", context)


@login_required
@require_safe
def version(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one version, what is different from the one in force before it, and what it would ask of open changes."""
    user = reader(request)
    found = version_for(request, user, ref)
    rules = rules_in(found)
    proposed = found.state == PolicyState.PROPOSED
    before = policy_in_force() if proposed else _before(found)
    old = rules_in(before) if before else ()
    people = people_named([*rules, *old])
    asked = standing(found.round) if found.round else []
    context = {
        "version": found,
        "rules": rows_of(rules, people, _uses(user, found)),
        "times": times_said(found),
        "go_ahead": go_ahead(found),
        "proof": proof_said(found),
        "before": before,
        "differences": [*differences(old, rules, people), *differences_beside(before, found)]
        if before
        else [],
        "replay": replay_policy(user, rules) if proposed else None,
        "asked": asked,
        "mine": next((one for one in asked if user in one.waited_on), None),
        "may_withdraw": proposed and may_propose_policy(actor_of(request)),
    }
    return render(request, "policy/version.html", context)


@login_required
@require_safe
def asked(request: HttpRequest, ref: str) -> HttpResponse:
    """Explain, for a change, which rule of which version asked for which signature, and who could give it."""
    user = reader(request)
    change = change_for(user, ref)
    if change is None:
        raise not_found(request, ("change", ref), exists=change_exists(ref))
    if change.round is None:
        raise Http404(f"{change.ref} has asked nobody yet.")
    why = explanation_of(change.round)
    rules = [*(one.rule for one in why.asked if one.rule), *why.silent]
    rows = {row.rule.id: row for row in _rows(tuple(rules))}
    context = {
        "change": change,
        "round": change.round,
        "why": why,
        "asked": [
            Asked(
                each.one,
                rows[each.rule.id] if each.rule else None,
                asked_for(each.one.requirement),
                absences(each.one.covers, user, change.time_zone) if each.one.is_open else [],
            )
            for each in why.asked
        ],
        "silent": [
            Silent(rows[rule.id], silence(rule, change.change_class, change.round.risk))
            for rule in why.silent
        ],
    }
    return render(request, "policy/asked.html", context)


@login_required
@require_safe
def rule(request: HttpRequest, ref: str, name: str) -> HttpResponse:
    """Show what one rule of a version has asked for: from the rule to the signatures."""
    user = reader(request)
    found = version_for(request, user, ref)
    spoken = next((one for one in rules_in(found) if one.id == name), None)
    if spoken is None:
        raise Http404(f"Version {found.number} has no rule {name}.")
    asked = _asked(user, found).filter(rule=name).select_related("round").order_by("-pk")
    page = Paginator(asked, PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {"version": found, "row": _rows((spoken,))[0], "page": page}
    return render(request, "policy/rule.html", context)


def version_for(request: HttpRequest, user: User, ref: str) -> PolicyVersion:
    """Return the version at an address, or raise the 404 that says no more than it must."""
    number = int(ref.removeprefix("POLICY-"))
    found = policy_for(user, number)
    if found is None:
        raise not_found(request, ("policy", ref), exists=policy_numbered(number) is not None)
    return found


def _before(found: PolicyVersion) -> PolicyVersion | None:
    """Return the version with the number before; the first has none."""
    return policy_numbered(found.number - 1) if found.number > FIRST_NUMBER else None


def _asked(user: User, found: PolicyVersion) -> QuerySet[Requirement]:
    """Return what a version has asked for. What a rehearsal asks counts nowhere."""
    return requirements_under(user, found, besides=rehearsal_refs())


def _uses(user: User, found: PolicyVersion) -> dict[str, Uses]:
    return uses_of_rules(_asked(user, found))


def _rows(rules: tuple[Rule, ...], uses: dict[str, Uses] | None = None) -> list[RuleRow]:
    return rows_of(rules, people_named(rules), uses)
