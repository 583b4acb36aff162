"""What may be planned, and how two plans can collide."""

from django.db import models


class BookingState(models.TextChoices):
    PLANNED = "planned", "Planned"
    UNDER_WAY = "under_way", "Under way"
    DONE = "done", "Done"
    RELEASED = "released", "Released"


LIVE = (BookingState.PLANNED, BookingState.UNDER_WAY)
"""The states in which a booking holds its time."""


class Duty(models.TextChoices):
    """Why a person must be there while a plan runs."""

    LEAD = "lead", "leads it"
    APPROVER = "approver", "signs for it"
    ON_CALL = "on_call", "is on call for it"


class PeriodKind(models.TextChoices):
    """What a period means for the changes in it. Only in a maintenance window may what it covers change."""

    FREEZE = "freeze", "Freeze"
    BLACKOUT = "blackout", "Blackout"
    MAINTENANCE = "maintenance", "Maintenance window"
    RETRAINING = "retraining", "Retraining window"
    COOLDOWN = "cooldown", "Quiet time"
    EVENT = "event", "Event"
    ON_CALL = "on_call", "On-call shift"


class FeedShows(models.TextChoices):
    """What a calendar feed holds."""

    MINE = "mine", "My own changes"
    TEAM = "team", "What a team owns"
    COMPONENT = "component", "One component"
    SAVED = "saved", "A saved view"
    VIEW = "view", "The calendar with filters"


class ConflictKind(models.TextChoices):
    SAME_COMPONENT = "same_component", "Both move the same component"
    READS = "reads", "One moves what the other reads"
    WRITES = "writes", "One writes what the other relies on"
    FREEZE = "freeze", "It falls into a freeze"
    REACHES_FROZEN = "reaches_frozen", "It reaches what is frozen"
    OUTSIDE = "outside", "No allowed window holds it"
    COOLDOWN = "cooldown", "It comes in the quiet time after a change"
    PERSON = "person", "One person is needed at both"
    APPROVER = "approver", "One approver answers for both"
    POOL = "pool", "Both need the same compute pool"
    LIMIT = "limit", "Too many at once"
    BACK_TO_BACK = "back_to_back", "One follows right after the other"
    RETRAINING = "retraining", "It meets a retraining"
    EVENT = "event", "It meets an event"


class ConflictSeverity(models.TextChoices):
    BLOCKING = "blocking", "Blocking"
    WARNING = "warning", "Warning"
    NOTICE = "notice", "Notice"


class Standing(models.IntegerChoices):
    """How a booking stands: with a conflict that blocks it, with another that a calendar marks, with none."""

    BLOCKED = 0, "In conflict"
    WARNED = 1, "Look before you go"
    CLEAR = 2, "Clear"


class DispositionSort(models.TextChoices):
    """How a conflict that stands was settled, other than by moving one side."""

    AFTER = "after", "One goes after the other"
    WAIVER = "waiver", "Waived for a time"
    EXEMPT = "exempt", "Exempt from the freeze"


class DispositionEnd(models.TextChoices):
    """Why a disposition counts no more."""

    OVER = "over", "Its time is over"
    TAKEN_BACK = "taken_back", "It was taken back"
    REFUSED = "refused", "It was refused"
    NOT_SIGNED = "not_signed", "It was not signed in time"
    CLEARED = "cleared", "The conflict cleared before it was signed"
    GRAVER = "graver", "The conflict became graver than what was decided about"
    APART = "apart", "The two are planned in this order and do not meet"


class Outcome(models.TextChoices):
    """What becomes of a change that was planned before a freeze fell on it."""

    MOVES = "moves", "It moves"
    EXCEPTION = "exception", "It waits for an exception"
    EXEMPT = "exempt", "It is exempt"
