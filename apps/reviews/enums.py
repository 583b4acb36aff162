"""How a change turned out."""

from django.db import models


class ReviewState(models.TextChoices):
    OPEN = "open", "Open"
    SIGNED = "signed", "Signed"


class Outcome(models.TextChoices):
    SUCCESSFUL = "successful", "Successful"
    WITH_ISSUES = "with_issues", "Successful with issues"
    ROLLED_BACK = "rolled_back", "Rolled back"
    FAILED = "failed", "Failed"


class Verdict(models.TextChoices):
    """How a success metric compares with what was promised."""

    MET = "met", "Met its target"
    WITHIN_BOUND = "within_bound", "Off target, within its bound"
    MISSED = "missed", "Missed"
    NOT_MEASURED = "not_measured", "Not measured"
