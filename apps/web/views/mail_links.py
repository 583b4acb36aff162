"""The link in a mail that asks for a signature: it opens the page of the decision, and signs nothing by itself.

The address in the mail holds the link's text once. It is answered by a redirect that puts it into a cookie of the page
that it leads to; so it stands in no later address, in no ``Referer`` and in no log of the portal.
"""

from functools import partial

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from apps.approvals.models import Requirement, Signature
from apps.approvals.rules import describe
from apps.approvals.rules.mail_links import LIFE, is_theirs
from apps.approvals.selectors import (
    Served,
    link_in,
    my_signature,
    requirement_exists,
    requirement_for,
    still_serves_now,
)
from apps.approvals.services import sign_from_mail
from apps.core.decisions import Decision, denied
from apps.core.errors import Forbidden
from apps.web.errors import not_found
from apps.web.reader import reader
from apps.web.views.signing import decide

COOKIE = "mail-link"
_BROKEN = denied(
    "This link is not whole. Mail programs sometimes break a long one.",
    "Copy all of it from the mail, or open your inbox: what you are asked is there.",
)


@require_safe
@never_cache
def open_link(request: HttpRequest) -> HttpResponse:
    """Lead to the page of the decision. Whoever opens it: nothing is looked up, and nothing is written."""
    token = request.GET.get("link")
    if token is None:
        return render(request, "signing/mail.html", {"why": _BROKEN}, status=404)
    link = link_in(token)
    if link is None:
        return _alone(redirect("web:mail-link"))
    answer = _alone(redirect("web:approval-mail", requirement=link.requirement))
    answer.set_cookie(
        COOKIE,
        token,
        max_age=LIFE,
        path=reverse("web:approval-mail", args=[link.requirement]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


@sensitive_post_parameters("password", "code", "passkey")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def from_mail(request: HttpRequest, requirement: int) -> HttpResponse:
    """Ask for the decision that a mail asked for, of the person whom it was sent to, while its link serves."""
    link = link_in(request.COOKIES.get(COOKIE, ""))
    if link is None or link.requirement != requirement:
        return _no_link(request, requirement)
    theirs = is_theirs(link, reader(request).pk)
    if not theirs:
        raise Forbidden(theirs.reason, remedy=theirs.remedy)
    asked = _asked(request, requirement)
    served = still_serves_now(link, asked)
    if not served.decision:
        return _over(request, asked, served)
    answer = decide(request, asked, partial(sign_from_mail, link=link))
    if answer.status_code == 302:
        answer.delete_cookie(COOKIE, path=request.path, samesite="Lax")
    return answer


def _asked(request: HttpRequest, pk: int) -> Requirement:
    asked = requirement_for(reader(request), pk)
    if asked is None:
        raise not_found(request, ("requirement", str(pk)), exists=requirement_exists(pk))
    return asked


def _no_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the browser brings no link, and lead to the same decision in the inbox."""
    asked = _asked(request, pk)
    why = denied(
        "Your browser did not bring the link of the mail.",
        "Open the link in the mail again, or decide in your inbox.",
    )
    return _page(request, asked, why, status=400)


def _over(request: HttpRequest, asked: Requirement, served: Served) -> HttpResponse:
    return _page(request, served.instead or asked, served.decision, my_signature(reader(request), asked), 410)


def _page(
    request: HttpRequest, asked: Requirement, why: Decision, mine: Signature | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "why": why,
        "asked": asked,
        "mine": mine,
        "as_whom": describe(asked.role, asked.component_label or asked.component_key),
    }
    return render(request, "signing/mail.html", context, status=status)


def _alone(answer: HttpResponse) -> HttpResponse:
    """Let the browser tell no page that it came from here: the address of a mail holds the link's text.

    On redirects alone: a page with this header could send none of its forms (a browser then names no origin).
    """
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
