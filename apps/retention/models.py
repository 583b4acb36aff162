"""Legal holds, and how long the ledger's entries are kept."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from apps.retention.enums import HoldScope


class LegalHold(models.Model):
    """Entries that must stay whole until the hold is lifted: no text of them is erased, and none is retired.

    A hold is never edited. ``start`` and ``end`` bound a period: half-open, in UTC.
    """

    scope = models.CharField(max_length=10, choices=HoldScope)
    record = models.CharField(max_length=250, blank=True)
    component_key = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    start = models.DateTimeField(null=True, blank=True)
    end = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="hold_names_what_it_covers",
                condition=(
                    (Q(scope=HoldScope.RECORD) & ~Q(record=""))
                    | (Q(scope=HoldScope.COMPONENT) & ~Q(component_key=""))
                    | Q(scope=HoldScope.PERSON, person__isnull=False)
                    | Q(scope=HoldScope.PERIOD, start__lt=F("end"))
                ),
            ),
        ]
        indexes = [models.Index(fields=["-id"], condition=Q(lifted_at=None), name="holds_in_force")]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"HOLD-{self.pk}"

    def ledger_ref(self) -> tuple[str, str]:
        return "hold", self.ref


class RetentionPolicy(models.Model):
    """How long entries keep their content, in whole years; no number means for ever. The newest is in force."""

    name = models.CharField(max_length=120)
    keep_years = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="policy_keeps_a_year_at_least", condition=Q(keep_years=None) | Q(keep_years__gte=1)
            )
        ]

    def __str__(self) -> str:
        return self.name

    def ledger_ref(self) -> tuple[str, str]:
        return "retention", f"POL-{self.pk}"
