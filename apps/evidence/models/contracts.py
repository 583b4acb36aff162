"""What differs between two definitions of a contract."""

from django.db import models

from apps.evidence.enums import ContractKind, ContractLevel
from apps.evidence.models.reports import TEXT_LIMIT


class ContractComparison(models.Model):
    """Two definitions of a contract, by the SHA-256 of their bytes, compared once: what it does to consumers.

    ``level`` is the worst of it. ``breaking``, ``risky`` and ``safe`` count all differences, of which the gravest are
    kept one by one. Nothing of it changes afterwards: other bytes make another comparison.
    """

    old = models.CharField(max_length=64)
    new = models.CharField(max_length=64)
    kind = models.CharField(max_length=12, choices=ContractKind)
    level = models.CharField(max_length=8, choices=ContractLevel)
    breaking = models.PositiveIntegerField()
    risky = models.PositiveIntegerField()
    safe = models.PositiveIntegerField()
    compared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="two_definitions_compared_once")]

    def __str__(self) -> str:
        return f"{self.ref}: {self.get_level_display()}"

    @property
    def ref(self) -> str:
        return f"CMP-{self.pk}"

    @property
    def total(self) -> int:
        return self.breaking + self.risky + self.safe

    def ledger_ref(self) -> tuple[str, str]:
        return "comparison", self.ref


class ContractDifference(models.Model):
    """One difference as it hits consumers: what ``rules.contracts.Difference`` holds, the gravest first."""

    comparison = models.ForeignKey(ContractComparison, on_delete=models.PROTECT, related_name="differences")
    position = models.PositiveIntegerField()
    path = models.CharField(max_length=TEXT_LIMIT)
    what = models.CharField(max_length=8, help_text="added, removed or changed")
    level = models.CharField(max_length=8, choices=ContractLevel)
    rule = models.CharField(max_length=80)
    sentence = models.CharField(max_length=500)
    before = models.CharField(max_length=TEXT_LIMIT, blank=True)
    after = models.CharField(max_length=TEXT_LIMIT, blank=True)

    class Meta:
        ordering = ["comparison", "position"]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "position"], name="difference_once_a_comparison")
        ]
