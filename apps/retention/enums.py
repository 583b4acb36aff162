"""How far a legal hold reaches."""

from django.db import models


class HoldScope(models.TextChoices):
    RECORD = "record", "A record"
    COMPONENT = "component", "A component and the changes that move it"
    PERSON = "person", "A person"
    PERIOD = "period", "A period"
