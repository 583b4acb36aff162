"""Calendar feeds: made and revoked by the person whose they are."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from django.db import transaction
from django.db.models import Q

from apps.accounts.models import SavedView, User
from apps.accounts.selectors import views_for
from apps.audit.services import record_event
from apps.calendar.enums import FeedShows
from apps.calendar.models import CalendarFeed
from apps.calendar.selectors.feeds import PAGE, digest_of
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid

MOST_FEEDS = 30
NAME_LIMIT = 80
QUERY_LIMIT = 1000
USED_EVERY = timedelta(minutes=1)

_NEEDS = {FeedShows.TEAM: "team", FeedShows.COMPONENT: "component"}


@transaction.atomic
def make_feed(
    *, actor: Actor, name: str, shows: str, query: str = "", view: SavedView | None = None
) -> tuple[CalendarFeed, str]:
    """Make a feed for the actor and return it with its secret, which is never seen again.

    ``query`` narrows it as the address of the calendar does; a team's names ``team``, a component's ``component``.
    A saved ``view`` narrows it instead: what it says at each reading counts.

    Raises:
        Forbidden: the actor is no person.
        Invalid: no name, nothing that it shows, a view that the actor does not see, or as many feeds as there may be.
    """
    owner = _person(actor)
    clean = " ".join(name.replace("\x00", "").split())
    _check(clean, shows, query)
    view = view if shows == FeedShows.SAVED else None
    if shows == FeedShows.SAVED and not (view and views_for(owner, PAGE).filter(pk=view.pk).exists()):
        raise Invalid({"view": ["Choose which view."]})
    # Held, so that two at once cannot pass the limit.
    User.objects.select_for_update().get(pk=owner.pk)
    if CalendarFeed.objects.filter(owner=owner, revoked_at=None).count() >= MOST_FEEDS:
        raise Invalid({"name": [f"You have {MOST_FEEDS} feeds. Revoke one that you do not need."]})
    prefix = secrets.token_hex(4)
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    feed = CalendarFeed.objects.create(
        owner=owner, name=clean, shows=shows, query=query, view=view, prefix=prefix, digest=digest_of(secret)
    )
    record_event(
        event="feed.made",
        actor=actor,
        obj=feed,
        data={"prefix": prefix, "shows": shows} | ({"view": view.pk} if view else {}),
        private={"name": clean, "filters": query},
    )
    return feed, secret


def _check(name: str, shows: str, query: str) -> None:
    problems: dict[str, list[str]] = {}
    if not name or len(name) > NAME_LIMIT:
        problems["name"] = [f"Give it a name of up to {NAME_LIMIT} characters, so that you know it again."]
    if shows not in FeedShows.values:
        problems["shows"] = ["Choose what it shows."]
    elif (needed := _NEEDS.get(FeedShows(shows))) and needed not in parse_qs(query):
        problems[needed] = [f"Choose which {needed}."]
    if len(query) > QUERY_LIMIT:
        problems["shows"] = ["These filters are too long for a feed. Drop some."]
    if problems:
        raise Invalid(problems)


@transaction.atomic
def revoke_feed(*, actor: Actor, feed: CalendarFeed) -> CalendarFeed:
    """End a feed now: its address answers nobody any more. A second call changes nothing.

    Raises:
        Forbidden: it is another person's.
    """
    if _person(actor).pk != feed.owner_id:
        raise Forbidden("This feed is another person's.")
    moment = clock.now()
    if CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=moment):
        feed.revoked_at = moment
        record_event(event="feed.revoked", actor=actor, obj=feed, data={"prefix": feed.prefix})
    return feed


def note_reading(*, feed: CalendarFeed, content: str) -> datetime:
    """Note that a feed was read, and return when what it holds last became another (whole seconds).

    ``content`` is the digest of what it holds now. When it was read is written once a minute at most; neither is a
    decision, so the ledger has no entry.
    """
    now = clock.now().replace(microsecond=0)
    if feed.content != content or feed.changed_at is None:
        # Of two readers at once the first says when.
        other = Q(content=content) & Q(changed_at__isnull=False)
        CalendarFeed.objects.filter(~other, pk=feed.pk).update(
            content=content, changed_at=now, last_used_at=now
        )
        return CalendarFeed.objects.values_list("changed_at", flat=True).get(pk=feed.pk) or now
    if feed.last_used_at is None or feed.last_used_at < now - USED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=now)
    return feed.changed_at


def _person(actor: Actor) -> User:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can have a calendar feed.")
    return actor.user
