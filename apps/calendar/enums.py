"""What may be planned, and how two plans can collide."""

from django.db import models


class BookingState(models.TextChoices):
    PLANNED = "planned", "Planned"
    UNDER_WAY = "under_way", "Under way"
    RELEASED = "released", "Released"


class FreezeScope(models.TextChoices):
    EVERYTHING = "everything", "Everything"
    TEAM = "team", "A team's components"
    COMPONENT = "component", "One component"
    KIND = "kind", "A kind of component"
    TIER = "tier", "A criticality tier"


class ConflictKind(models.TextChoices):
    SAME_COMPONENT = "same_component", "Both move the same component"
    DEPENDENCY = "dependency", "One moves what the other relies on"
    FREEZE = "freeze", "It falls into a freeze"


class ConflictSeverity(models.TextChoices):
    BLOCKING = "blocking", "Blocking"
    WARNING = "warning", "Warning"
