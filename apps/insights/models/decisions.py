"""What the dashboards read instead of counting it anew each time."""

from django.db import models

from apps.accounts.enums import Role
from apps.approvals.models import Signature
from apps.changes.models import Change


class Decided(models.Model):
    """One decision of a signer on a change, with how long it took; it never changes.

    A year of decisions is counted from this in a tenth of a second, where signatures, requirements and rounds take
    more than one. ``hours`` are begun ones from being asked to deciding, less those in which the clock stood.
    """

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, primary_key=True, related_name="+")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    signed_at = models.DateTimeField()
    hours = models.IntegerField()
    in_time = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(
                fields=["signed_at"],
                include=["signature", "change", "role", "hours", "in_time"],
                name="decided_by_time",
            )
        ]


class DecisionCount(models.Model):
    """One row: up to when decisions were taken into ``Decided``."""

    counted_at = models.DateTimeField()
