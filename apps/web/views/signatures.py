"""One signature: what it says, whether its attestation holds, and the attestation as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.approvals.enums import AuthMethod, SignatureDecision
from apps.approvals.models import Signature
from apps.approvals.rules import describe
from apps.approvals.selectors import (
    lookings_for,
    signature_exists,
    signature_for,
    taking_back_of,
    to_take_back,
    verified_signature,
)
from apps.web.errors import not_found
from apps.web.reader import reader

_DONE: dict[str, str] = {
    SignatureDecision.APPROVE: "approved",
    SignatureDecision.REJECT: "rejected",
    SignatureDecision.ABSTAIN: "abstained on",
    SignatureDecision.WITHDRAW: "took back their signature on",
}


@login_required
@require_safe
def signature(request: HttpRequest, number: int) -> HttpResponse:
    """Show a signature with its printed name, UTC time and meaning (21 CFR 11.50), and check its attestation now."""
    found = _signature(request, number)
    asked = found.requirement
    looked = lookings_for(reader(request), [found]).get(found.pk)
    context = {
        "signature": found,
        "round": asked.round,
        "verified": verified_signature(found),
        "as_whom": describe(asked.role, asked.component_label or asked.component_key),
        "done": _DONE[found.decision],
        "taken": taking_back_of(found),
        "take_back": to_take_back(reader(request), found),
        "looked": looked,
        "quick": looked is not None and looked.is_quick(asked.round.least_seconds),
        "method": AuthMethod(found.auth_method).label,
    }
    return render(request, "signing/signature.html", context)


@login_required
@require_safe
def attestation(request: HttpRequest, number: int) -> HttpResponse:
    """Give the attestation as it was signed, byte for byte (DSSE 1.0, in-toto Statement v1)."""
    found = _signature(request, number)
    response = HttpResponse(found.attestation, content_type="application/json")
    name = f"{found.requirement.round.subject_ref}-signature-{found.pk}.dsse.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _signature(request: HttpRequest, number: int) -> Signature:
    found = signature_for(reader(request), number)
    if found is None:
        raise not_found(request, ("signature", str(number)), exists=signature_exists(number))
    return found
