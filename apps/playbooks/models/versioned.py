"""What lives on in versions: a head with a number, and under it what was written each time."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.core.models import Stamped
from apps.playbooks.enums import UseState


class Versioned(Stamped):
    """What people use until it is retired. What it says is in its ``versions``; ``version`` is the number in force.

    ``PREFIX`` begins its references; ``KIND`` is its type in the ledger.
    """

    PREFIX: ClassVar[str]
    KIND: ClassVar[str]

    number = models.PositiveIntegerField(unique=True)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=UseState, default=UseState.ACTIVE)
    retired_reason = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True
        ordering = ["number"]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        return f"{self.PREFIX}{self.number}"

    def ledger_ref(self) -> tuple[str, str]:
        return self.KIND, self.ref


class Version(models.Model):
    """What was written once; it never changes. Its foreign key to the head is named ``versions`` there."""

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    note = models.TextField(blank=True, help_text="What is new, and why.")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"
