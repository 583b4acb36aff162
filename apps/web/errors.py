"""Turn what services refuse into pages that say why, who can clear it, and how.

``Forbidden`` and ``PolicyBlocked`` become 403, the other refusals 409. A view that takes a form catches
``Invalid`` itself and puts its messages at the fields with ``add_to_form``.
"""

from collections.abc import Callable

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from apps.approvals.services import NobodyToSign, tell_shortage
from apps.audit.services import record_denial
from apps.core import actors
from apps.core.errors import Conflict, Forbidden, Invalid, PolicyBlocked, PortalError, Stale

Handler = Callable[[HttpRequest], HttpResponse]


_KINDS = {
    "CHG": "change",
    "CARD": "card",
    "PIR": "review",
    "FRZ": "freeze",
    "TPL": "template",
    "DOC": "document",
    "POLICY": "policy",
    "STD": "standard",
    "WVR": "waiver",
    "EV": "evidence",
    "GATE": "gate",
    "RULES": "rules",
    "RWV": "rule_waiver",
    "BRF": "briefing",
    "PB": "playbook",
    "DRL": "drill",
    "TRN": "course",
}


class PortalErrorMiddleware:
    """Answer a refusal that a view did not handle, and write a denial into the ledger."""

    def __init__(self, get_response: Handler) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for a refusal; leave any other error to Django."""
        if not isinstance(error, PortalError):
            return None
        if isinstance(error, Forbidden):
            _record(request, error)
        return refusal(request, with_told(request, error))


def with_told(request: HttpRequest, error: PortalError) -> PortalError:
    """Tell those who can mend it when nobody can sign something, and return the refusal that says so."""
    if not isinstance(error, NobodyToSign) or not request.user.is_authenticated:
        return error
    return tell_shortage(actor=actors.person(request.user), refused=error)


def refusal(request: HttpRequest, error: PortalError) -> HttpResponse:
    """Return the page that says what was refused and what to do next."""
    if isinstance(error, Forbidden | PolicyBlocked):
        said = {"error": error, "recorded": isinstance(error, Forbidden), "back": _back(request)}
        page = render(request, "403.html", said, status=403)
        return in_place_of_main(request, page)
    context = {"error": error, "back": _back(request), "title": _title(error)}
    page = render(request, "409.html", context, status=400 if isinstance(error, Invalid) else 409)
    return in_place_of_main(request, page)


def in_place_of_main(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """Let htmx show ``page`` instead of the page's main part, whatever it meant to swap."""
    if request.headers.get("HX-Request"):
        page.headers["HX-Retarget"] = "#main"
        page.headers["HX-Reselect"] = "#main > *"
        page.headers["HX-Reswap"] = "innerHTML show:window:top"
    return page


def add_to_form(form: BaseForm, error: Invalid) -> None:
    """Put the messages of ``error`` at the fields they name; those of unknown fields go on top."""
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def not_found(request: HttpRequest, subject: tuple[str, str], *, exists: bool) -> Http404:
    """Return what to raise for an object that the person cannot see.

    The page is the same whether it exists or not; that someone was kept from one that does exist is in the ledger.
    """
    if exists and request.user.is_authenticated:
        record_denial(
            actor=actors.person(request.user),
            obj=subject,
            action="view",
            reason="This person may not see it.",
        )
    return Http404(f"There is no {subject[0]} {subject[1]}, or it is not yours to see.")


def _title(error: PortalError) -> str:
    if isinstance(error, Stale):
        return "This changed while you were reading"
    return "Two plans collide" if isinstance(error, Conflict) else "This cannot be done now"


def _back(request: HttpRequest) -> str:
    """Return the page the person came from, when it is one of ours."""
    origin = request.build_absolute_uri("/")
    referer = request.headers.get("Referer", "")
    path = "/" + referer.removeprefix(origin) if referer.startswith(origin) else "/"
    # Two slashes at the start would name another host.
    return "/" if path.startswith(("//", "/\\")) else path


def _record(request: HttpRequest, error: Forbidden) -> None:
    if not request.user.is_authenticated:
        return
    match = request.resolver_match
    record_denial(
        actor=actors.person(request.user),
        obj=_subject(request),
        action=match.view_name if match else request.path,
        reason=error.reason,
    )


def _subject(request: HttpRequest) -> tuple[str, str]:
    """Return the ledger's name of what the address is about, such as ("change", "CHG-1042")."""
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    for value in map(str, kwargs.values()):
        kind = _KINDS.get(value.split("-")[0]) or ("component" if ":" in value else "")
        if kind:
            return kind, value
    return "page", request.path
