"""The rules that judge changes: those in force, one of them, and their versions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.accounts.selectors import holds_any_role
from apps.changes.models import Change
from apps.changes.selectors import change_for, changes_visible_to
from apps.core.errors import Forbidden, Invalid
from apps.gates.models import Rehearsal
from apps.gates.selectors import (
    RULES,
    answers_naming,
    asked_over,
    known_of,
    rehearsals_of,
    round_over,
    stopped_now,
    waiting_for,
    ways_of,
)
from apps.policy.enums import STOPPING, SetState
from apps.policy.models import PolicySet
from apps.policy.rules import FACTS, GROUPS, Fact, Rule, Rules
from apps.policy.selectors import (
    draft_for,
    may_ask_waiver,
    may_write_rules,
    rules_in_force,
    rules_of,
    set_for,
    set_in_force,
    sets_for,
    unready,
    waivers_by_rule,
    waivers_in_force,
)
from apps.reviews.enums import Becomes
from apps.reviews.selectors import actions_behind
from apps.web.reader import actor_of, reader
from apps.web.rule_words import by_stage, expressions, looked_at, plain, tried_of, ways_said
from apps.web.rules_evidence import rule_differences

LAST = 10


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show the rules in force by stage, and every version."""
    user = readers(request)
    current, draft = set_in_force(), draft_for(user)
    context = {
        "current": current,
        "stages": by_stage(rules_of(current).rules),
        "waivers": waivers_by_rule(user),
        "versions": sets_for(user),
        "draft": draft,
        "round": round_over(RULES, draft.ref) if draft else None,
        "may_write": may_write_rules(actor_of(request)),
    }
    return render(request, "rules/overview.html", context)


@login_required
@require_safe
def rule(request: HttpRequest, name: str) -> HttpResponse:
    """Show one rule in force: what it says, what it looks at, its examples, its waivers, and what it stopped."""
    user = readers(request)
    current = set_in_force()
    rules = rules_of(current)
    found = next((one for one in rules.rules if one.id == name), None)
    if found is None:
        raise Http404(f"No rule in force is called {name}.")
    change = _example_change(request, user)
    known = known_of(change, rules) if change else {}
    context = {
        "rule": found,
        "current": current,
        "sentences": plain(found),
        "expressions": expressions(found),
        "now": stopped_now(user, name, rules) if found.effect in STOPPING else None,
        "change": change,
        "facts": looked_at(found, known),
        "examples": tried_of(rules, found),
        "waivers": list(waivers_in_force(user).filter(rule=name)),
        "stopped": list(answers_naming(user, name)[:LAST]),
        "versions": _versions_of(user, found),
        "because_of": actions_behind(user, Becomes.RULES, _moved_by(user, found.id)),
        "may_ask": may_ask_waiver(actor_of(request)),
    }
    return render(request, "rules/rule.html", context)


@login_required
@require_safe
def version(request: HttpRequest, number: str) -> HttpResponse:
    """Show one version: its rules, and who approved it."""
    user = readers(request)
    found = set_for(user, int(number))
    if found is None:
        raise Http404(f"There is no version {number} of the rules.")
    asked = asked_over(RULES, found.ref)
    context: dict[str, Any] = {
        "version": found,
        "asked": asked,
        "round": round_over(RULES, found.ref) if found.state == SetState.DRAFT else None,
        "mine": waiting_for(user, asked),
        "differences": [],
        "runs": told_of(user, found) if found.pk else [],
        "because_of": actions_behind(user, Becomes.RULES, [found.ref]),
    }
    try:
        rules = rules_of(found)
        context["stages"] = by_stage(rules.rules)
        if found.state == SetState.DRAFT:
            context["against"], current = rules_in_force()
            context["differences"] = rule_differences(current, rules)
    except Invalid:
        context["problems"] = unready(found)
    return render(request, "rules/version.html", context)


def readers(request: HttpRequest) -> User:
    """Return who reads the rules. Raises Forbidden without a role."""
    user = reader(request)
    if not holds_any_role(user):
        raise Forbidden("The rules are read by those who hold a role.", remedy="Ask a Change Manager.")
    return user


def told_of(user: User, version: PolicySet) -> list[tuple[Rehearsal, str]]:
    """Return the last dry runs of a version, the newest first, each with what it found so far."""
    runs = list(rehearsals_of(user, version)[:LAST])
    ways = ways_of(runs)
    return [(one, ways_said(ways[one.pk])) for one in runs]


def facts_by_group() -> list[tuple[str, list[Fact]]]:
    """Return every fact that a rule may look at, by its group."""
    return [(title, [one for one in FACTS.values() if one.group == key]) for key, title in GROUPS.items()]


def _example_change(request: HttpRequest, user: User) -> Change | None:
    """Return the change whose facts are shown: the one asked for, else the last that was submitted."""
    asked = request.GET.get("change", "")
    if asked:
        found = change_for(user, asked)
        if found is None:
            raise Http404(f"There is no change {asked}, or it is not yours to see.")
        return found
    last = changes_visible_to(user).filter(revision__isnull=False).order_by("-revision__submitted_at").first()
    return change_for(user, last.ref) if last else None


def _versions_of(user: User, rule: Rule) -> list[tuple[PolicySet, str]]:
    """Return the versions that hold a rule, newest first, each with what it is next to the one in force."""
    found = []
    for one in sets_for(user):
        held = next((each for each in _rules_in(one) if each.id == rule.id), None)
        if held is not None:
            found.append((one, "As here" if held == rule else "Otherwise"))
    return found


def _moved_by(user: User, name: str) -> list[str]:
    """Return the versions that brought a rule or said it otherwise, by reference, as far as they came into force."""
    moved, before = [], None
    came = [one for one in sets_for(user) if one.state in (SetState.IN_FORCE, SetState.SUPERSEDED)]
    for one in reversed(came):
        held = next((each for each in _rules_in(one) if each.id == name), None)
        if held is not None and held != before:
            moved.append(one.ref)
        before = held
    return moved


def _rules_in(one: PolicySet) -> tuple[Rule, ...]:
    try:
        rules: Rules = rules_of(one)
    except Invalid:
        return ()
    return rules.rules
