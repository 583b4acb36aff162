"""Help, keyboard shortcuts and the accessibility statement: open to everyone, signed in or not."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from apps.core import clock


def help_page(request: HttpRequest) -> HttpResponse:
    """Say what each page is for and who to ask."""
    return render(request, "pages/help.html")


def keyboard(request: HttpRequest) -> HttpResponse:
    """List the keys, and how to switch single keys off."""
    return render(request, "pages/keyboard.html")


def accessibility(request: HttpRequest) -> HttpResponse:
    """Say what the portal keeps to, and what to do when it fails somebody."""
    return render(request, "pages/accessibility.html")


@login_required
@require_POST
def keep_session(request: HttpRequest) -> HttpResponse:
    """Give the session its whole length again: the answer to "Stay signed in"."""
    request.session["kept_at"] = clock.now().timestamp()
    return HttpResponse(status=204)
