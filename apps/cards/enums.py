"""The life of a model card, and where what it says comes from."""

from django.db import models


class CardState(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    ARCHIVED = "archived", "Archived"


class Origin(models.TextChoices):
    """Where a value of a card comes from."""

    PERSON = "person", "A person"
    REGISTRY = "registry", "The model registry"
    LINEAGE = "lineage", "Lineage"
    EVIDENCE = "evidence", "Evidence of the gate"
    FILE = "file", "A file"
