"""Every refusal as a problem document (RFC 9457), and every denial in the ledger."""

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from apps.accounts.models import ApiToken
from apps.api.authentication import actor_of, person_of
from apps.approvals.services import NobodyToSign, tell_shortage
from apps.audit.services import record_denial
from apps.core.errors import (
    Conflict,
    Forbidden,
    IllegalTransition,
    Invalid,
    PolicyBlocked,
    PortalError,
    Stale,
)

PROBLEM_JSON = "application/problem+json"
# The first class that matches answers, so the narrower come first.
PORTAL_PROBLEMS: tuple[tuple[type[PortalError], int, str, str], ...] = (
    (Invalid, status.HTTP_422_UNPROCESSABLE_ENTITY, "invalid", "Some of this cannot be taken"),
    (Forbidden, status.HTTP_403_FORBIDDEN, "forbidden", "You may not do this"),
    (Stale, status.HTTP_409_CONFLICT, "stale", "This has moved on"),
    (IllegalTransition, status.HTTP_409_CONFLICT, "illegal-transition", "This step is not possible now"),
    (PolicyBlocked, status.HTTP_409_CONFLICT, "blocked", "A rule does not hold yet"),
    (Conflict, status.HTTP_409_CONFLICT, "conflict", "Two plans collide"),
    (PortalError, status.HTTP_400_BAD_REQUEST, "refused", "This was refused"),
)


def problem(
    request: Request,
    code: int,
    slug: str,
    title: str,
    detail: str,
    headers: dict[str, str] | None = None,
    **extra: Any,
) -> Response:
    """Return a problem document; ``slug`` ends its type, a name that never changes."""
    body = _document(request.path, code, slug, title, detail) | extra
    return Response(body, status=code, content_type=PROBLEM_JSON, headers=headers)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a failure of the portal itself, without touching the database that may have caused it."""
    detail = "This is our fault, not yours. Nothing half-done was kept. Try again."
    body = _document(request.path, 500, "failed", "The portal failed", detail)
    return JsonResponse(body, status=500, content_type=PROBLEM_JSON)


def _document(path: str, code: int, slug: str, title: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"urn:countersign:problem:{slug}",
        "title": title,
        "status": code,
        "detail": detail,
        "instance": path,
    }


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn whatever a view raised into a problem document; an unknown error goes on to ``server_error``."""
    request: Request = context["request"]
    if isinstance(error, PortalError):
        set_rollback()
        if isinstance(error, NobodyToSign):
            error = tell_shortage(actor=actor_of(request), refused=error)
        return _portal_problem(error, request)
    if isinstance(error, RequestDataTooBig):
        limit = "The body is larger than the portal takes."
        return problem(request, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, "too-large", "Too large", limit)
    response = exception_handler(error, context)
    if response is None:
        return None
    return _rest_problem(error, response, request)


def _portal_problem(error: PortalError, request: Request) -> Response:
    _, code, slug, title = next(row for row in PORTAL_PROBLEMS if isinstance(error, row[0]))
    extra: dict[str, Any] = {"remedy": error.remedy} if error.remedy else {}
    if isinstance(error, Invalid):
        extra["errors"] = error.fields
    if isinstance(error, PolicyBlocked) and error.because:
        extra["reasons"] = [asdict(one) for one in error.because]
    if isinstance(error, Forbidden):
        _deny(request, error.reason)
    return problem(request, code, slug, title, error.reason, **extra)


def _rest_problem(error: Exception, response: Response, request: Request) -> Response:
    code = response.status_code
    headers = {
        name: response[name] for name in ("WWW-Authenticate", "Retry-After", "Allow") if name in response
    }
    if isinstance(error, exceptions.ValidationError):
        fields = response.data if isinstance(response.data, dict) else {"body": response.data}
        title = "Some of this cannot be taken"
        return problem(request, 422, "invalid", title, "See the fields under errors.", errors=fields)
    if isinstance(error, Http404 | exceptions.NotFound):
        return problem(request, code, "not-found", "Not found", "There is nothing here that you may see.")
    detail = str(getattr(error, "detail", "")) or "You may not do this."
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        _deny(request, detail)
        return problem(request, code, "forbidden", "You may not do this", detail)
    slug = str(getattr(error, "default_code", "refused")).replace("_", "-")
    return problem(request, code, slug, response.status_text, detail, headers=headers)


def _deny(request: Request, reason: str) -> None:
    """Leave a ledger entry on the person who was refused."""
    if isinstance(request.auth, ApiToken):
        action = (
            f"{request.method} {request.resolver_match.route if request.resolver_match else request.path}"
        )
        record_denial(actor=actor_of(request), obj=person_of(request), action=action, reason=reason)
