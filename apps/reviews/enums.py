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
