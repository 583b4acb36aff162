"""Abstract models."""

from django.db import models


class Stamped(models.Model):
    """Rows that know when they were made and last written (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
