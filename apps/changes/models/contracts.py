"""New versions of contracts that a change brings."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.catalog.models import Contract
from apps.changes.models.changes import Change
from apps.evidence.models import ContractComparison, RawFile


class ProposedContract(models.Model):
    """A new definition of a contract that what a change moves provides, and what it does to its consumers.

    ``comparison`` is with ``old``, the definition that was in force then. While it and ``problem`` are empty, a worker
    has yet to compare. Another proposal for the same contract, or taking it back, drops this one; it stays on record.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="proposed_contracts")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    old = models.CharField(max_length=64, help_text="SHA-256 of the definition in force.")
    file = models.ForeignKey(RawFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    comparison = models.ForeignKey(
        ContractComparison, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    problem = models.CharField(max_length=500, blank=True, help_text="Why it could not be compared.")
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["contract__key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "contract"],
                condition=Q(dropped_at=None),
                name="one_proposal_a_contract",
            ),
            models.CheckConstraint(name="compared_or_not", condition=Q(comparison=None) | Q(problem="")),
        ]
        indexes = [
            models.Index(
                fields=["proposed_at"],
                condition=Q(comparison=None, problem="", dropped_at=None),
                name="contracts_to_compare",
            )
        ]

    @property
    def is_waiting(self) -> bool:
        """Return whether a worker has yet to compare it."""
        return self.comparison_id is None and not self.problem
