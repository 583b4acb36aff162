"""Each quarter: is this still yours?"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.selectors import active_people, active_person
from apps.approvals.models import OwnershipCheck
from apps.approvals.selectors import check_exists, check_for, checks_of
from apps.approvals.services import confirm_ownership, hand_over_ownership
from apps.core.errors import Invalid
from apps.web.errors import not_found
from apps.web.reader import actor_of, reader


@login_required
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Show the roles that a person is asked to confirm."""
    user = reader(request)
    checks = list(checks_of(user))
    people = list(active_people().exclude(pk=user.pk)) if checks else []
    return render(request, "account_pages/roles.html", {"checks": checks, "people": people})


@login_required
@require_POST
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    """Say that a role is still one's own."""
    check = confirm_ownership(actor=actor_of(request), check=_check(request, number))
    messages.success(
        request, f"You still answer as {check.grant.get_role_display()}. We ask again next quarter."
    )
    return redirect("web:roles")


@login_required
@require_POST
def hand_over(request: HttpRequest, number: int) -> HttpResponse:
    """Say who should take a role over."""
    check = _check(request, number)
    successor = active_person(request.POST.get("successor", "")[:150].replace("\x00", ""))
    if successor is None:
        raise Invalid(
            {"successor": ["Choose who should take it over."]}, remedy="Go back and choose a person."
        )
    hand_over_ownership(actor=actor_of(request), check=check, successor=successor)
    messages.success(
        request, f"The Change Managers are asked to give it to {successor}. Until then it is yours."
    )
    return redirect("web:roles")


def _check(request: HttpRequest, number: int) -> OwnershipCheck:
    found = check_for(reader(request), number)
    if found is None:
        raise not_found(request, ("ownership", str(number)), exists=check_exists(number))
    return found
