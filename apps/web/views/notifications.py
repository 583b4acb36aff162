"""What a person was told, newest first."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.outbox.selectors import notifications_of
from apps.outbox.services import mark_read
from apps.web.reader import actor_of, reader

PAGE = 25


@login_required
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """Show a page of a person's notifications."""
    page = Paginator(notifications_of(reader(request)), PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/page.html", {"page": page})


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notification as read, or all of them when none is named."""
    one = request.POST.get("notification", "")
    ids = [int(one)] if one.isascii() and one.isdigit() and len(one) < 19 else None
    if ids is not None or not one:
        mark_read(actor=actor_of(request), ids=ids)
    return redirect("web:notifications")
