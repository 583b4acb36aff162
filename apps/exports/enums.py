"""States of an export."""

from django.db import models


class ExportState(models.TextChoices):
    """How far an export is."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Being written"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"
