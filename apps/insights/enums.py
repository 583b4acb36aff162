"""The life of a version of a briefing."""

from django.db import models


class BriefingState(models.TextChoices):
    """A version is written on while it is a draft; one at most of each briefing is signed and in force."""

    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Given up"
