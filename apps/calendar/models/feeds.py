"""Calendar feeds: what another calendar program reads of ours, without signing in."""

from django.conf import settings
from django.db import models

from apps.accounts.models import SavedView
from apps.calendar.enums import FeedShows
from apps.core.models import Stamped


class CalendarFeed(Stamped):
    """An address at which a person's own calendar program reads a part of the calendar.

    Whoever has the address reads what its person may read then. Only a SHA-256 of its secret is kept, with a public
    prefix to know it by. ``query`` is what narrows it, as in the address of the calendar: ``team=credit&tier=1``.
    A feed of a saved ``view`` has none of its own: it follows the view, and ends when that is removed.
    ``content`` is the digest of what was read last and ``changed_at`` when that last became another.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds"
    )
    name = models.CharField(max_length=80)
    shows = models.CharField(max_length=10, choices=FeedShows)
    query = models.CharField(max_length=1000, blank=True)
    view = models.ForeignKey(
        SavedView, on_delete=models.SET_NULL, null=True, blank=True, related_name="calendar_feeds"
    )
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    content = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def ledger_ref(self) -> tuple[str, str]:
        """A feed reads as its person, so it stands among that person's entries."""
        return "person", str(self.owner_id)
