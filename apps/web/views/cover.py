"""Who signs in a person's place, and in whose place they sign."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.selectors import grants_of
from apps.approvals.models import Delegation
from apps.approvals.selectors import delegation_exists, delegation_for, delegations_of, not_covered_by
from apps.approvals.services import accept_delegation, end_delegation, offer_delegation
from apps.core.errors import Invalid
from apps.web.errors import add_to_form, not_found
from apps.web.forms.cover import CoverForm
from apps.web.reader import actor_of, reader

_NAMED = 3


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: HttpRequest) -> HttpResponse:
    """Show who signs for whom, and let a person ask another to sign in their place."""
    user = reader(request)
    grants = grants_of(user)
    form = CoverForm(request.POST or None, user=user, grants=grants)
    if request.method == "POST" and form.is_valid():
        try:
            made = offer_delegation(actor=actor_of(request), **form.order())
        except Invalid as error:
            add_to_form(form, _at_fields(error))
        else:
            messages.success(request, f"We asked {made.delegate}. It counts once they accept.")
            _warn(request, made, to_deputy=False)
            return redirect("web:cover")
    found = list(delegations_of(user))
    context = {
        "form": form,
        "grants": grants,
        "given": [one for one in found if one.giver_id == user.pk],
        "taken": [one for one in found if one.delegate_id == user.pk],
    }
    return render(request, "account_pages/cover.html", context, status=422 if form.errors else 200)


def _warn(request: HttpRequest, cover: Delegation, *, to_deputy: bool) -> None:
    """Say what of all that is open now the deputy cannot sign; it is taken all the same."""
    found = not_covered_by(cover)
    if not found:
        return
    said = [f"{one.ref} ({one.reason if to_deputy else f'they would read: “{one.reason}”'})" for one in found]
    more = f"; and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    who = "you" if to_deputy else cover.delegate
    messages.warning(request, f"Of what is open now, {who} cannot sign: {'; '.join(said[:_NAMED])}{more}.")


def _at_fields(error: Invalid) -> Invalid:
    """Name the role as the form does."""
    fields = {"what" if name == "role" else name: texts for name, texts in error.fields.items()}
    return Invalid(fields, remedy=error.remedy)


@login_required
@require_POST
def accept(request: HttpRequest, number: int) -> HttpResponse:
    """Accept to sign in another's place."""
    taken = accept_delegation(actor=actor_of(request), delegation=_delegation(request, number))
    messages.success(request, f"You sign for {taken.giver}. Everyone concerned has been told.")
    _warn(request, taken, to_deputy=True)
    return redirect("web:cover")


@login_required
@require_POST
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End a delegation, or decline an offer."""
    ended = end_delegation(actor=actor_of(request), delegation=_delegation(request, number))
    messages.success(
        request, f"{ended.delegate} does not sign for {ended.giver}. Everyone concerned has been told."
    )
    return redirect("web:cover")


def _delegation(request: HttpRequest, number: int) -> Delegation:
    found = delegation_for(reader(request), number)
    if found is None:
        raise not_found(request, ("delegation", str(number)), exists=delegation_exists(number))
    return found
