"""Each person's home."""

from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from apps.accounts.enums import Role
from apps.accounts.selectors import roles_of
from apps.core import clock
from apps.insights.rules.grammar import capital, in_words
from apps.insights.selectors import Home, home_for
from apps.insights.selectors.homes import COUNTED
from apps.web.context import shell_of
from apps.web.reader import reader

NOON, EVENING = 12, 18


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what needs a person and what is coming. Someone who only reads lands on the briefing of the week."""
    if roles_of(reader(request)) == [Role.EXECUTIVE]:
        return redirect("web:briefings")
    now = clock.now()
    hour = now.astimezone(ZoneInfo(reader(request).time_zone)).hour
    found = home_for(reader(request))
    # The frame shows the same number, and need not count again.
    shell_of(request).inbox_count = found.to_sign
    context = {"home": found, "greeting": _greeting(hour), "needs_you": _needs_you(found), "now": now}
    return render(request, "home/home.html", context)


def _greeting(hour: int) -> str:
    if hour < NOON:
        return "Good morning"
    return "Good afternoon" if hour < EVENING else "Good evening"


def _needs_you(found: Home) -> str:
    """Return how much waits for a person, in words."""
    if not found.need_count:
        return "Nothing needs you."
    if any(one.count > COUNTED for one in found.waiting):
        return f"More than {COUNTED} things need you."
    things = "thing needs" if found.need_count == 1 else "things need"
    return f"{capital(in_words(found.need_count))} {things} you."
