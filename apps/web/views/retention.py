"""What the ledger keeps: the policy and the holds, and erasing texts after a look at what goes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import User
from apps.core.errors import Invalid
from apps.insights.rules.grammar import count
from apps.retention import selectors, services
from apps.retention.models import LegalHold
from apps.retention.selectors import TextsFound
from apps.web import entries
from apps.web.errors import add_to_form, not_found
from apps.web.forms.retention import EraseForm, HoldForm, PolicyForm, ReasonForm
from apps.web.reader import actor_of, reader

NAMED = 20
"""Entries that the look before an erasure links to; the rest are counted."""


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what is kept for how long, what is held, and what has gone."""
    user = reader(request)
    selectors.may_read_retention(user).require()
    retired, erased = selectors.gone_from_ledger()
    names = entries.people_called(each.decided_by for each in retired)
    context = {
        "policy": selectors.policy_in_force(),
        "holds": list(selectors.holds_visible_to(user)),
        "retired": [(each, names[each.decided_by]) for each in retired],
        "erased": entries.rows(erased),
        "may_keep": selectors.may_keep(actor_of(request)),
    }
    return render(request, "retention/page.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Place a legal hold."""
    selectors.may_keep(actor_of(request)).require()
    form = HoldForm(request.POST or None, user=reader(request))
    if request.method == "POST" and form.is_valid():
        try:
            hold = services.place_hold(
                actor=actor_of(request), scope=form.scope(), reason=form.cleaned_data["reason"]
            )
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(
                request, f"{hold.ref} is placed. Nothing that it covers can be erased or retired."
            )
            return redirect("web:retention")
    return render(request, "retention/hold.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why, and then lift a hold."""
    hold = _hold(request, ref)
    selectors.may_keep(actor_of(request)).require()
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.lift_hold(actor=actor_of(request), hold=hold, reason=form.cleaned_data["reason"])
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"{hold.ref} is lifted. It stays on record.")
            return redirect("web:retention")
    context = {
        "form": form,
        "question": f"Lift {hold.ref}?",
        "consequence": "What it covered can be erased again, and retired when its time is over.",
        "action": "",
        "verb": "Lift the hold",
        "cancel": reverse("web:retention"),
        "danger": True,
    }
    return render(request, "_confirm.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """Decide for how long entries keep their content."""
    selectors.may_keep(actor_of(request)).require()
    form = PolicyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.set_policy(actor=actor_of(request), **form.cleaned_data)
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(
                request, f"“{made.name}” is in force. It removes nothing until an operator runs it."
            )
            return redirect("web:retention")
    return render(request, "retention/policy.html", {"form": form, "policy": selectors.policy_in_force()})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Erase texts in two steps: say whose and why, then look at what goes and confirm it."""
    actor = actor_of(request)
    selectors.may_keep(actor).require()
    form = EraseForm(request.POST or None)
    if request.method != "POST" or request.POST.get("step") == "edit" or not form.is_valid():
        return render(request, "retention/erase.html", {"form": form})
    person, also, reason = (form.cleaned_data[name] for name in ("person", "entries", "reason"))
    if not reason.strip():
        form.add_error("reason", "Say why these texts must go.")
        return render(request, "retention/erase.html", {"form": form})
    if request.POST.get("step") != "erase":
        return render(request, "retention/erase_check.html", _look(form, person, also))
    if person:
        erased = services.erase_person(actor=actor, user=person, reason=reason, also=also)
    else:
        erased = services.erase_texts(actor=actor, entries=also, reason=reason)
    messages.success(request, f"{count(erased, 'text')} erased. Every entry still verifies.")
    return redirect("web:retention")


def _look(form: EraseForm, person: User | None, also: list[int]) -> dict[str, object]:
    found = [selectors.texts_of_entries(also)] if also else []
    if person:
        found.insert(0, selectors.texts_of_person(person))
    return {
        "form": form,
        "person": person,
        "groups": [_group(each) for each in found],
        "texts": sum(each.texts for each in found),
        "holds": sorted(
            {hold for each in found for hold in selectors.holds_over(each.events)}, key=lambda h: h.pk
        ),
        "kept": [(name, form.data.get(name, "")) for name in form.fields],
    }


def _group(found: TextsFound) -> tuple[int, int, list[int]]:
    numbers = found.entries
    return len(numbers), max(len(numbers) - NAMED, 0), numbers[:NAMED]


def _hold(request: HttpRequest, ref: str) -> LegalHold:
    found = selectors.hold_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("hold", ref[:250]), exists=selectors.hold_exists(ref))
    return found
