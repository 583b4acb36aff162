"""A window of time, as the database keeps it."""

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func

from apps.core.models import Stamped


def during() -> Func:
    """Return the range [start, end) of a window, as the index knows it."""
    return Func(F("start"), F("end"), function="tstzrange", output_field=DateTimeRangeField())


class Window(Stamped):
    """A time [start, end) in UTC, with the zone and wall-clock that the person meant (DESIGN 4.9)."""

    start = models.DateTimeField()
    end = models.DateTimeField()
    time_zone = models.CharField(max_length=64, help_text="IANA name.")
    local_start = models.CharField(max_length=16, help_text="Wall-clock as it was meant: 2026-11-19T06:00.")
    local_end = models.CharField(max_length=16)

    class Meta:
        abstract = True
