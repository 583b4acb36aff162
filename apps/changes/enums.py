"""The states of a change, its classes, and the steps between."""

from django.db import models


class ChangeState(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    ON_HOLD = "on_hold", "On hold"
    APPROVED = "approved", "Approved"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    ROLLED_BACK = "rolled_back", "Rolled back"
    FAILED = "failed", "Failed"
    CLOSED = "closed", "Closed"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


ENDED = frozenset({ChangeState.COMPLETED, ChangeState.ROLLED_BACK, ChangeState.FAILED})
PLANNED = frozenset({ChangeState.IN_REVIEW, ChangeState.ON_HOLD, ChangeState.APPROVED})
DROPPED = frozenset({ChangeState.DRAFT, ChangeState.WITHDRAWN, ChangeState.REJECTED, ChangeState.EXPIRED})
"""States of a change whose window is no plan any more."""


REHEARSAL = "Rehearsal:"
"""How the title of a change that rehearses a drill begins."""


class ChangeClass(models.TextChoices):
    STANDARD = "standard", "Standard"
    NORMAL = "normal", "Normal"
    URGENT = "urgent", "Urgent"


class StandardState(models.TextChoices):
    """A version of a standard change: one is in force at a time, and one at most is being written or approved."""

    DRAFT = "draft", "Draft"
    PROPOSED = "proposed", "Out for approval"
    IN_FORCE = "in_force", "In force"
    SUSPENDED = "suspended", "Suspended"
    SUPERSEDED = "superseded", "Superseded"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Taken back"


IN_HAND = frozenset({StandardState.DRAFT, StandardState.PROPOSED})


class Direction(models.TextChoices):
    """Which way a success metric should go."""

    AT_LEAST = "at_least", "At least"
    AT_MOST = "at_most", "At most"


class Likelihood(models.TextChoices):
    RARE = "rare", "Rare"
    UNLIKELY = "unlikely", "Unlikely"
    POSSIBLE = "possible", "Possible"
    LIKELY = "likely", "Likely"


class Harm(models.TextChoices):
    MINOR = "minor", "Minor"
    MODERATE = "moderate", "Moderate"
    SEVERE = "severe", "Severe"


class MessageTime(models.TextChoices):
    """When a message of a communication plan goes out, in the words of the plan's template."""

    TWO_WEEKS = "two_weeks", "Two weeks before"
    WEEK = "week", "A week before"
    DAY = "day", "The day before"
    STARTS = "starts", "When it starts"
    ENDS = "ends", "When it ends"
    GOES_BACK = "goes_back", "If it goes back"


class Audience(models.TextChoices):
    """To whom a message of a communication plan goes, as far as the portal knows them."""

    CREW = "crew", "Who asked for it and who leads a step"
    SIGNERS = "signers", "Who signed it"
    OWNERS = "owners", "The teams that own what it moves or reaches"
    EVERYONE = "everyone", "Everyone with a role"


class WizardStep(models.TextChoices):
    """The steps of a proposal, in order."""

    WHAT = "what", "What"
    WHY = "why", "Why"
    IMPACT = "impact", "Impact"
    WHEN = "when", "When"
    HOW_BACK = "how-back", "How back"
    CHECK = "check", "Check"


OPEN = frozenset({ChangeState.DRAFT, *PLANNED, ChangeState.IN_PROGRESS})
OVER = frozenset(ChangeState) - OPEN
