"""Taking a signature back, while its round is open."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.approvals.enums import RoundState
from apps.approvals.models import Requirement
from apps.approvals.rules import describe
from apps.approvals.selectors import my_kept_signature, my_signature, requirement_exists, requirement_for
from apps.approvals.services import Proof, Spent, show_withdrawal, withdraw_signature
from apps.audit.services import record_denial
from apps.core.errors import Forbidden, Invalid, PortalError, Stale
from apps.web.errors import add_to_form, not_found
from apps.web.forms.withdrawing import WithdrawForm
from apps.web.proving import Proved, Ways, prove
from apps.web.reader import actor_of, reader, session_of

ACTION = "approval.withdraw"


@sensitive_post_parameters("password", "code", "passkey")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, requirement: int) -> HttpResponse:
    """Ask why, and take the signature back when the person has proved who they are."""
    asked = requirement_for(reader(request), requirement)
    if asked is None:
        raise not_found(request, ("requirement", str(requirement)), exists=requirement_exists(requirement))
    if request.method != "POST":
        _refuse_in_vain(request, asked)
        return _page(request, asked, _new_form(request, asked))
    form = WithdrawForm(request.POST)
    ways = _ways(request, asked)
    proved = prove(request, form, ways, _denied(request, asked), "Nothing was taken back.")
    if proved is None:
        _refuse_in_vain(request, asked)
        return _page(request, asked, form, 422)
    try:
        _take_back(request, asked, form, proved)
    except Invalid as error:
        add_to_form(form, error)
        return _page(request, asked, form, 422)
    except Spent as error:
        return _page(request, asked, _again(request, asked, form, error), 409)
    except Forbidden as error:
        _refuse_in_vain(request, asked)
        _denied(request, asked)(error.reason)
        return _page(request, asked, _again(request, asked, form, error), 403)
    messages.success(
        request, f"You took back your signature on {asked.round.subject_ref}. You may sign anew."
    )
    return redirect("web:inbox-item", requirement=asked.pk)


def _take_back(request: HttpRequest, asked: Requirement, form: WithdrawForm, proved: Proved) -> None:
    nonce = form.cleaned_data["nonce"]
    withdraw_signature(
        actor=actor_of(request),
        requirement=asked,
        reason=form.cleaned_data["note"],
        proof=Proof(nonce, session_of(request), proved.method, proved.at, proved.earlier),
    )


def _ways(request: HttpRequest, asked: Requirement) -> Ways:
    return Ways(request, freshness=asked.round.freshness)


def _new_form(request: HttpRequest, asked: Requirement, note: str = "") -> WithdrawForm:
    """Return a form that answers this showing of the page, and no other."""
    shown = show_withdrawal(actor=actor_of(request), requirement=asked, session=session_of(request))
    return WithdrawForm(initial={"nonce": shown.nonce, "note": note})


def _again(request: HttpRequest, asked: Requirement, sent: WithdrawForm, error: PortalError) -> WithdrawForm:
    """Return a fresh form that says why the last one did not serve, with what the person wrote."""
    messages.error(request, f"{error.reason} {error.remedy}")
    return _new_form(request, asked, sent.cleaned_data["note"])


def _page(request: HttpRequest, asked: Requirement, form: WithdrawForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "ways": _ways(request, asked),
        "asked": asked,
        "question": f"Take back your signature on {asked.round.subject_ref}?",
        "consequence": (
            f"What you signed as {describe(asked.role, asked.component_label)} then counts for nothing. It is asked "
            "again, and you may sign anew. The record keeps that you signed, and that you took it back."
        ),
        "verb": "Take it back",
        "danger": True,
        "cancel": reverse("web:inbox-item", args=[asked.pk]),
    }
    return render(request, "signing/withdraw.html", context, status=status)


def _refuse_in_vain(request: HttpRequest, asked: Requirement) -> None:
    """Say at once that there is nothing to take back, before anyone writes a reason."""
    if asked.round.state != RoundState.OPEN:
        raise Stale(
            f"The signing of {asked.round.subject_ref} is over. What was signed stands.",
            remedy="Ask whoever asked for it to revise it.",
        )
    user = reader(request)
    if my_signature(user, asked) is None and my_kept_signature(user, asked) is None:
        raise Forbidden("You have not signed this, so there is nothing to take back.")


def _denied(request: HttpRequest, asked: Requirement) -> Callable[[str], None]:
    return lambda reason: record_denial(
        actor=actor_of(request), obj=asked.round, action=ACTION, reason=reason
    )
