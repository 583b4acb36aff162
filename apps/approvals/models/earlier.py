"""What became of decisions on earlier revisions."""

from django.db import models

from apps.approvals.models.rounds import Requirement, Signature


class EarlierSignature(models.Model):
    """A decision on an earlier revision beside a requirement of a new one: whether it still counts there, and why.

    The signature itself never moves: it names the digest that it was given on. One that counts has an attestation of
    its own, by which the portal asserts that it was kept.
    """

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="earlier")
    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="later")
    counts = models.BooleanField()
    because = models.CharField(max_length=500)
    attestation = models.TextField(blank=True, default="")
    attestation_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    withdrawn_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When the signer took it back for this revision; empty while it stands.",
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["requirement", "signature"], name="earlier_once"),
        ]

    @property
    def stands(self) -> bool:
        """Return whether it counts, and was not taken back."""
        return self.counts and self.withdrawn_at is None

    @property
    def people(self) -> tuple[int, ...]:
        """Return who decided, and in whose place."""
        given = self.signature
        return (given.signer_id, given.on_behalf_of_id) if given.on_behalf_of_id else (given.signer_id,)

    @property
    def revision(self) -> int:
        """Return the revision that was signed."""
        return self.signature.requirement.round.revision
