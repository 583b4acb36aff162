"""What the gate answers."""

from django.db import models


class Answer(models.TextChoices):
    """``PASS``, or why not. The gravest reason names the answer: the order here is from the gravest down."""

    UNKNOWN = "unknown", "Not known"
    DENIED = "denied", "Denied"
    EXPIRED = "expired", "Expired"
    FROZEN = "frozen", "Frozen"
    STALE = "stale", "Out of date"
    PENDING = "pending", "Not yet"
    PASS = "pass", "Pass"


class RehearsalState(models.TextChoices):
    """How far a dry run is."""

    OPEN = "open", "Under way"
    DONE = "done", "Done"
    FAILED = "failed", "Stopped"
