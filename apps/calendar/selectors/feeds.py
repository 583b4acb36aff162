"""Calendar feeds, for the person whose they are."""

import hashlib
import hmac
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.accounts.models import SavedView, User
from apps.accounts.selectors import views_for
from apps.calendar.enums import PeriodKind
from apps.calendar.models import CalendarFeed, Occurrence, Period, during
from apps.calendar.selectors.bookings import parts_of
from apps.calendar.selectors.periods import periods_kept, periods_visible_to, scope_of
from apps.catalog.models import Component

PAGE = "calendar"
"""The page whose saved views a feed can show."""
_NOBODY = "0" * 64
"""Compared with when no feed has the prefix, so that the answer takes as long."""


def feeds_of(user: User) -> QuerySet[CalendarFeed]:
    """Return a person's own feeds, newest first, revoked ones too."""
    return CalendarFeed.objects.filter(owner=user).order_by("-created_at", "-pk")


def feed_of(user: User, prefix: str) -> CalendarFeed | None:
    """Return one of a person's own feeds by its prefix."""
    return feeds_of(user).filter(prefix=prefix).first()


def feed_exists(prefix: str) -> bool:
    """Return whether there is such a feed, whoever has it; for the record of a denial alone."""
    return CalendarFeed.objects.filter(prefix=prefix).exists()


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: 256 bits of chance need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def feed_at(secret: str) -> CalendarFeed | None:
    """Return the feed that a secret opens, or None when there is none or it was revoked.

    It takes as long for a prefix that nobody has as for a wrong secret.
    """
    prefix = secret.partition("_")[0]
    known = prefix.isascii() and prefix.isalnum() and len(prefix) <= 12
    found = CalendarFeed.objects.select_related("owner").filter(prefix=prefix if known else "").first()
    fits = hmac.compare_digest(found.digest if found else _NOBODY, digest_of(secret))
    return found if found is not None and fits and found.revoked_at is None else None


def view_of(feed: CalendarFeed) -> SavedView | None:
    """Return the saved view that a feed follows, or None when it was removed or its person does not see it any more."""
    return views_for(feed.owner, PAGE).filter(pk=feed.view_id).first() if feed.view_id else None


def periods_shown(
    user: User, start: datetime, end: datetime, *, lifted_since: datetime, **narrowed: str
) -> list[Period]:
    """Return the periods with an instance in [start, end), each once, and of those lifted what was so lately.

    ``narrowed`` is ``team``, ``kind`` and ``component``, as for `periods_between`.
    """
    inside = Occurrence.objects.alias(during=during()).filter(
        period=OuterRef("pk"), during__overlap=(start, end)
    )
    stands = Q(lifted_at=None) | Q(lifted_at__gte=lifted_since)
    rows = list(periods_visible_to(user).filter(stands, Exists(inside)).order_by("number"))
    return periods_kept(rows, **narrowed)


def periods_covering(periods: list[Period], component: str) -> list[Period]:
    """Return those of the periods that a component, named by its key, falls under."""
    ids = Component.objects.filter(key=component).values_list("pk", flat=True)
    parts = list(parts_of(ids).values())
    return [each for each in periods if any(scope_of(each).covers(part) for part in parts)]


def shifts_of(user: User, periods: list[Period]) -> list[Period]:
    """Return those of the periods in which a person is on call."""
    own = Period.objects.filter(people__user=user, kind=PeriodKind.ON_CALL)
    mine = set(own.values_list("pk", flat=True))
    return [each for each in periods if each.pk in mine]
