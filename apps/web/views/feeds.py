"""Calendar feeds: a person's own, and what a calendar program reads at their addresses.

Whoever has a feed's address reads it, so the address is treated as a secret: it is shown once, on the answer to the
form that made it; the portal's log holds it without its secret; and what is read there names no other page.
"""

import hashlib
from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.models import SavedView, User
from apps.accounts.selectors import views_for
from apps.calendar.enums import FeedShows
from apps.calendar.models import CalendarFeed
from apps.calendar.selectors import Narrowed
from apps.calendar.selectors.feeds import PAGE, feed_at, feed_exists, feed_of, feeds_of, view_of
from apps.calendar.services import make_feed, note_reading, revoke_feed
from apps.core.errors import Invalid
from apps.insights.selectors import feed_file
from apps.web.errors import add_to_form, not_found
from apps.web.forms.calendar import CalendarFilter
from apps.web.forms.feeds import FeedForm
from apps.web.narrowed import in_words
from apps.web.reader import actor_of, reader
from apps.web.views.calendar import WORDS

ENDED = (
    "This feed has ended. The saved view that it showed was removed, or is not shared with its person any more. "
    "Take this calendar out of your calendar program. You can make a new feed in Countersign, under Subscribe.\n"
)
NO_SUCH_FEED = "There is no calendar at this address. It may have been revoked.\n"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feeds(request: HttpRequest) -> HttpResponse:
    """List a person's feeds and make a new one. Its address is on the answer to the form, and never again."""
    user = reader(request)
    if request.method != "POST":
        return _feeds(request, FeedForm(user=user, initial=_initial(user, request.GET)))
    form = FeedForm(request.POST, user=user)
    if form.is_valid():
        try:
            feed, secret = make_feed(
                actor=actor_of(request),
                name=form.cleaned_data["name"],
                shows=form.cleaned_data["shows"],
                query=form.asked,
                view=form.cleaned_data["view"],
            )
        except Invalid as error:
            add_to_form(form, error)
        else:
            fresh = FeedForm(user=user, initial=_initial(user, QueryDict()))
            return _feeds(request, fresh, made=feed, secret=secret)
    return _feeds(request, form)


def _initial(user: User, asked: QueryDict) -> dict[str, object]:
    """Return a form that is filled in from the filters of the calendar that the reader came from.

    When they are those of a saved view, the feed follows that.
    """
    filters = CalendarFilter(asked)
    kept = QueryDict(mutable=True)
    kept.update(filters.chosen)
    views = views_for(user, PAGE) if filters.chosen else []
    same = [view for view in views if _filters(view.query) == filters.chosen]
    shows = FeedShows.SAVED if same else FeedShows.VIEW if filters.chosen else FeedShows.MINE
    return {
        "shows": shows,
        "query": kept.urlencode(),
        "team": filters.chosen.get("team", ""),
        "view": same[0].pk if same else None,
    }


def _filters(query: str) -> dict[str, str]:
    """Return the filters in the address of a saved view, without how it is looked at."""
    return {name: str(value) for name, value in QueryDict(query).items() if name in WORDS}


def _feeds(
    request: HttpRequest, form: FeedForm, made: CalendarFeed | None = None, secret: str = ""
) -> HttpResponse:
    address = f"{settings.PUBLIC_URL}{reverse('web:calendar-feed', args=[secret])}" if secret else ""
    choices, user = CalendarFilter(), reader(request)
    views = {view.pk: view for view in views_for(user, PAGE)}
    context = {
        "form": form,
        "feeds": [_line(feed, views, choices) for feed in feeds_of(user)],
        "made": made,
        "address": address,
        "webcal": f"webcal:{address.partition(':')[2]}" if address else "",
        "filters": _said(form["query"].value() or "", choices),
    }
    return render(request, "calendar/feeds.html", context, status=422 if form.errors else 200)


def _said(query: str, choices: CalendarFilter) -> str:
    """Return the filters of an address in words: "Team: Lending, Tier 1"."""
    given, found = QueryDict(query), []
    for name, word in WORDS.items():
        value = str(given.get(name, ""))
        named = dict(getattr(choices.fields[name], "choices", ()))
        found += [in_words(word, str(named.get(value, value)))] if value else []
    return ", ".join(found)


@dataclass(frozen=True)
class Line:
    """A feed in the list, what it shows, and whether it has ended because its view is gone."""

    feed: CalendarFeed
    shown: str
    ended: bool


def _line(feed: CalendarFeed, views: dict[int, SavedView], choices: CalendarFilter) -> Line:
    view = views.get(feed.view_id or 0)
    ended = feed.shows == FeedShows.SAVED and view is None
    return Line(feed, "A saved view that is gone" if ended else _shown(feed, view, choices), ended)


def _shown(feed: CalendarFeed, view: SavedView | None, choices: CalendarFilter) -> str:
    """Return what a feed shows, in words: "What a team owns. Team: Lending"."""
    if view is not None:
        return ". ".join(filter(None, [f"The view {view.name}", _said(view.query, choices)]))
    said = _said(feed.query, choices)
    if feed.shows == FeedShows.VIEW:
        return said or "The whole calendar"
    return f"{feed.get_shows_display()}. {said}" if said else feed.get_shows_display()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Ask before a feed is revoked, then revoke it."""
    feed = feed_of(reader(request), prefix)
    if feed is None:
        raise not_found(request, ("feed", prefix), exists=feed_exists(prefix))
    if request.method == "POST":
        revoke_feed(actor=actor_of(request), feed=feed)
        messages.success(request, f"The feed {feed.name} no longer works.")
        return redirect("web:calendar-feeds")
    return render(request, "calendar/feed_revoke.html", {"feed": feed})


@require_safe
def read(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer a calendar program. No session is looked at: the address alone opens the feed."""
    feed = feed_at(secret)
    if feed is None:
        return _alone(HttpResponse(NO_SUCH_FEED, status=404, content_type="text/plain; charset=utf-8"))
    view = view_of(feed)
    if feed.shows == FeedShows.SAVED and view is None:
        return _alone(HttpResponse(ENDED, status=410, content_type="text/plain; charset=utf-8"))
    content = feed_file(feed, _narrowed(feed, view.query if view else feed.query), base=settings.PUBLIC_URL)
    digest = hashlib.sha256(content).hexdigest()
    changed = note_reading(feed=feed, content=digest)
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="countersign.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["ETag"], stamp = f'"{digest}"', int(changed.timestamp())
    answer.headers["Last-Modified"] = http_date(stamp)
    return _alone(get_conditional_response(request, answer.headers["ETag"], stamp, answer) or answer)


def _narrowed(feed: CalendarFeed, query: str) -> Narrowed:
    """Return what a feed's filters say. What was dropped stays in it for a while, to say that it is cancelled."""
    form = CalendarFilter(QueryDict(query))
    if feed.shows in (FeedShows.MINE, FeedShows.COMPONENT):
        return Narrowed()
    by = form.narrowed
    return by if "state" in form.chosen else replace(by, among=Q())


def _alone(answer: HttpResponse) -> HttpResponse:
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
