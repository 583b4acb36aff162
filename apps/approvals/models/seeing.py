"""Until when a person has seen what is asked of a role."""

from django.conf import settings
from django.db import models


class Seen(models.Model):
    """When what is asked of a role was last shown to a person, and at which revision; and the same of before.

    It follows the subject, so a new revision is new to whoever saw the last. ``before_*`` is where the visit before
    this one ended; in the first visit, where it began. Like ``Look`` it stands beside the ledger, and can be erased.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=20)
    subject_ref = models.CharField(max_length=40)
    role = models.CharField(max_length=20)
    component_key = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    revision = models.PositiveIntegerField()
    before_at = models.DateTimeField()
    before_revision = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject_ref", "subject_type", "role", "component_key"], name="seen_once"
            )
        ]
