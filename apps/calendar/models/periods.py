"""Periods: times that mean something for the changes in them, once or again and again."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5

from apps.calendar.enums import PeriodKind
from apps.calendar.models.windows import Window, during

FROZEN = (PeriodKind.FREEZE, PeriodKind.BLACKOUT)
"""The kinds in which what they cover must not change."""
HOLDING = (*FROZEN, PeriodKind.MAINTENANCE)
"""The kinds that can keep a planned change from going out: by meeting it, or a maintenance window by missing it."""


class Period(Window):
    """A time, single or recurring, over a scope of components, with its reason and who answers for it.

    The window is the first instance; ``rrule`` (RFC 5545, without "RRULE:"), ``exdates`` and ``rdates``
    (wall-clock starts) make the others, in the same zone. ``scope`` is what `rules.Scope` writes. A file that was
    imported says in ``source`` where it came from, and its own name for the period in ``source_uid``. ``source_teams``
    says whose calendar it is, so that a name which one team took is free for every other.
    """

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=120)
    reason = models.TextField()
    kind = models.CharField(max_length=12, choices=PeriodKind, default=PeriodKind.FREEZE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="periods"
    )
    rrule = models.CharField(max_length=400, blank=True)
    exdates = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    rdates = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    scope = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=120, blank=True)
    source_teams = models.TextField(
        blank=True,
        help_text="Slugs of the teams that it was imported for, or empty for the whole organisation.",
    )
    source_uid = models.CharField(max_length=300, blank=True)
    sequence = models.PositiveIntegerField(default=0, help_text="Rises with every edit (RFC 5545, 3.8.7.4).")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["start"]
        constraints = [
            models.CheckConstraint(name="period_ends_after_start", condition=Q(end__gt=F("start"))),
            models.UniqueConstraint(
                "source",
                # The list may be longer than an index takes.
                MD5("source_teams"),
                "source_uid",
                condition=~Q(source_uid=""),
                name="period_imported_once",
            ),
        ]
        indexes = [GistIndex(during(), name="periods_by_time")]

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        return f"{'FRZ' if self.frozen else 'CAL'}-{self.number}"

    @property
    def frozen(self) -> bool:
        """Return whether what it covers must not change in it."""
        return self.kind in FROZEN

    @property
    def holds(self) -> bool:
        """Return whether it can keep a planned change from going out."""
        return self.kind in HOLDING

    def ledger_ref(self) -> tuple[str, str]:
        return "freeze" if self.frozen else "period", self.ref


class Occurrence(models.Model):
    """One instance [start, end) of a period, in UTC, worked out ahead so that a check is one range query."""

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="occurrences")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "start"], name="occurrence_once")]
        indexes = [GistIndex(during(), name="occurrences_by_time")]

    def __str__(self) -> str:
        return f"{self.period_id} from {self.start:%Y-%m-%d %H:%M}"


class OnCall(models.Model):
    """A person who is on call during a shift."""

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "user"], name="on_call_once")]
