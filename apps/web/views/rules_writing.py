"""Writing a draft of the rules: one rule at a time, what it would have decided, and asking for its approval."""

import copy
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.core.errors import Invalid, Stale
from apps.gates.selectors import RULES, round_over
from apps.gates.services import ask_rules_approval, withdraw_rules, write_rules
from apps.policy.enums import Effect, Stage
from apps.policy.models import PolicySet
from apps.policy.rules import (
    CHECK,
    Problem,
    Tried,
    document_of,
    problems_of,
    rule_problems,
    rules_from,
    starter_set,
    tried,
)
from apps.policy.selectors import draft_for, may_write_rules, set_in_force, unready
from apps.policy.services import start_draft
from apps.web.errors import add_to_form
from apps.web.forms.rules import (
    DraftForm,
    Examples,
    RuleForm,
    SetForm,
    add_rule_problems,
    facts_text,
)
from apps.web.reader import actor_of, reader
from apps.web.rule_words import marked_lines
from apps.web.views.rules import facts_by_group

Document = dict[str, Any]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Begin a draft; show the one in hand, write what it says beside its rules, ask for its approval, give it up."""
    may_write_rules(actor_of(request)).require()
    held = draft_for(reader(request))
    if held is None:
        return _begin(request)
    form = SetForm(request.POST if request.POST.get("step") == "set" else None, initial=_set_initial(held))
    if request.method == "POST":
        unmoved(request, held)
        answer = _do(request, held, form)
        if answer is not None:
            return answer
    problems = unready(held)
    others = [one for one in problems if not one.place.startswith("rules[")]
    context = {
        "held": held,
        "form": form,
        "rows": _rows(held, problems),
        "problems": problems,
        "others": others,
        # Only a draft that says what is in force has a problem with the document itself.
        "unchanged": [one.place for one in problems] == ["document"],
        "round": round_over(RULES, held.ref),
        "current": set_in_force(),
    }
    return render(request, "rules/draft.html", context, status=422 if form.errors else 200)


def _begin(request: HttpRequest) -> HttpResponse:
    form = DraftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            start_draft(actor=actor_of(request), reason=form.cleaned_data["reason"])
            messages.success(
                request, "The draft is a copy of the rules in force. Nothing changes until it is signed."
            )
            return redirect("web:rules-draft")
        except Invalid as error:
            add_to_form(form, error)
    context = {"form": form, "current": set_in_force()}
    return render(request, "rules/begin.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, held: PolicySet, form: SetForm) -> HttpResponse | None:
    """Do what a button of the draft says; None shows the page again."""
    actor, step = actor_of(request), request.POST.get("step", "")
    if step == "ask":
        round_ = ask_rules_approval(actor=actor, policy_set=held)
        messages.success(request, "It is out for approval. Nothing changes until then.")
        return redirect("web:rules-version", round_.subject_ref.removeprefix("RULES-"))
    if step == "withdraw":
        withdraw_rules(actor=actor, policy_set=held)
        messages.success(request, f"The draft of version {held.number} is given up. It stays on record.")
        return redirect("web:rules")
    if step in ("up", "remove"):
        _write(request, held, _moved(held.document, step, _index(request, held)))
        messages.success(request, "The draft is kept.")
        return redirect("web:rules-draft")
    if step == "set" and form.is_valid():
        try:
            _write(request, held, form.document(held.document), form.cleaned_data["reason"])
            messages.success(request, "The draft is kept.")
            return redirect("web:rules-draft")
        except Invalid as error:
            add_to_form(form, error)
    return None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Write one rule of the draft."""
    held = held_draft(request)
    index = int(number) - 1
    rules = held.document["rules"]
    if index >= len(rules):
        raise Http404(f"The draft has {len(rules)} rules.")
    return _editor(request, held, index, rules[index])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Write one more rule, at the end of the draft."""
    held = held_draft(request)
    return _editor(request, held, len(held.document["rules"]), None)


def _editor(request: HttpRequest, held: PolicySet, index: int, kept: Document | None) -> HttpResponse:
    posted = request.method == "POST"
    if posted:
        unmoved(request, held)
    data = request.POST if posted else None
    form = RuleForm(data, initial=kept or {"severity": "major"})
    examples = Examples(data, prefix="examples", initial=_example_rows(kept))
    place = f"rules[{index}]"
    written, problems = kept, rule_problems(kept, place) if kept else []
    if posted and form.is_valid() and examples.is_valid():
        written = {
            **form.cleaned_data,
            "examples": [one.said for one in examples.forms if one.said is not None],
        }
        document = _with(held.document, index, written)
        problems = _of_rule(document, place)
        if request.POST.get("step") == "save":
            try:
                _write(request, held, document)
            except Invalid as error:
                add_to_form(form, error)
            else:
                return _saved(request, index, problems)
        add_rule_problems(form, examples, problems, place)
    context = {
        "held": held,
        "form": form,
        "examples": examples,
        "number": index + 1 if kept else None,
        "problems": problems if not posted else [],
        "lines": {
            name: marked_lines((written or {}).get(name, ""), wrong)
            for name in ("when", "expression")
            if (wrong := [one for one in problems if one.place == f"{place}.{name}"])
        },
        "tried": [] if problems or written is None else _tried(written),
        "groups": facts_by_group(),
        "fields": list(CHECK.values()),
        "checked": posted,
    }
    refused = posted and bool(form.errors or not examples.is_valid())
    return render(request, "rules/edit.html", context, status=422 if refused else 200)


def _saved(request: HttpRequest, index: int, problems: list[Problem]) -> HttpResponse:
    if problems:
        messages.warning(request, "The draft is kept. It cannot be approved until this rule is mended.")
        return redirect("web:rules-draft-rule", index + 1)
    messages.success(request, "The draft is kept.")
    return redirect("web:rules-draft")


def held_draft(request: HttpRequest) -> PolicySet:
    """Return the draft in hand, for whoever may write on it. Raises Forbidden for others, Http404 without one."""
    may_write_rules(actor_of(request)).require()
    held = draft_for(reader(request))
    if held is None:
        raise Http404("No draft of the rules is in hand.")
    return held


def unmoved(request: HttpRequest, held: PolicySet) -> None:
    """Refuse what was sent from a page that showed the draft as it is no more. Raises Stale."""
    if request.POST.get("seen") != held.digest:
        raise Stale(
            "Somebody has written on this draft since you opened it.",
            remedy="Reload the page and look again.",
        )


def _write(request: HttpRequest, held: PolicySet, document: Document, reason: str = "") -> None:
    write_rules(
        actor=actor_of(request),
        policy_set=held,
        document=document,
        reason=reason or held.reason,
        seen=held.digest,
    )


def _index(request: HttpRequest, held: PolicySet) -> int:
    given = request.POST.get("rule", "")
    if not given.isascii() or not given.isdecimal() or not 0 < int(given[:9]) <= len(held.document["rules"]):
        raise Stale("There is no such rule in the draft.", remedy="Reload the page and look again.")
    return int(given) - 1


def _moved(document: Document, step: str, index: int) -> Document:
    rules = copy.copy(document["rules"])
    one = rules.pop(index)
    if step == "up":
        rules.insert(max(index - 1, 0), one)
    return {**document, "rules": rules}


def _with(document: Document, index: int, rule: Document) -> Document:
    return {**document, "rules": [*document["rules"][:index], rule, *document["rules"][index + 1 :]]}


def _of_rule(document: Document, place: str) -> list[Problem]:
    """Return what is wrong with one rule of a document, that another has its name among it."""
    return [one for one in problems_of(document) if one.place.startswith(f"{place}.")]


def _tried(rule: Document) -> list[Tried]:
    """Return the examples of a rule that can be read, whatever else its draft says."""
    return list(tried(rules_from({**document_of(starter_set()), "rules": [rule]})))


def _rows(held: PolicySet, problems: list[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "number": index + 1,
            "rule": rule,
            "stage": dict(Stage.choices).get(rule["stage"], rule["stage"]),
            "effect": dict(Effect.choices).get(rule["effect"], rule["effect"]),
            "problems": [one for one in problems if one.place.startswith(f"rules[{index}]")],
        }
        for index, rule in enumerate(held.document["rules"])
    ]


def _set_initial(held: PolicySet) -> dict[str, Any]:
    document = held.document
    return {"title": document["title"], "reason": held.reason, **document["bands"], **document["prior"]}


def _example_rows(kept: Document | None) -> list[dict[str, Any]]:
    return [
        {"given": one["given"], "facts": facts_text(one["facts"]), "expected": one["expected"]}
        for one in (kept or {}).get("examples", [])
    ]
