"""How bookings stand: what their open conflicts, and what settles these, come to."""

from collections.abc import Collection

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from apps.calendar.enums import ConflictSeverity, Standing
from apps.calendar.models import Conflict
from apps.calendar.selectors.dispositions import dispositions_granted
from apps.core import clock


def marked_conflicts() -> QuerySet[Conflict]:
    """Return the conflicts that a calendar marks. A notice is told where the change is; marked, it would hide these."""
    return Conflict.objects.filter(cleared_at=None).exclude(severity=ConflictSeverity.NOTICE)


def standing_of(booking: str = "") -> Case:
    """Return how a booking stands now. ``booking`` leads to it from what is asked: ``booking__``.

    Time alone writes nothing: what a waiver settled whose time is over counts again, before any job has written so.
    """
    lapsed = dispositions_granted().filter(
        until__lte=clock.now(), conflict__cleared_at=None, conflict__severity=ConflictSeverity.BLOCKING
    )
    others = lapsed.exclude(conflict__other=None).values("conflict__other")
    again = Q(**{f"{booking}pk__in": lapsed.values("conflict__booking")}) | Q(**{f"{booking}pk__in": others})
    return Case(
        When(again, then=Value(Standing.BLOCKED)), default=F(f"{booking}stands"), output_field=IntegerField()
    )


def standings(booking_ids: Collection[int]) -> dict[int, Standing]:
    """Return how these bookings stand by their conflicts, but for waivers whose time is over. One query."""
    found = dict.fromkeys(booking_ids, Standing.CLEAR)
    settled = Exists(dispositions_granted().filter(conflict=OuterRef("pk")))
    rows = marked_conflicts().filter(Q(booking__in=booking_ids) | Q(other__in=booking_ids))
    for *sides, severity, is_settled in rows.values_list("booking_id", "other_id", "severity", settled):
        blocks = severity == ConflictSeverity.BLOCKING and not is_settled
        for side in found.keys() & set(sides):
            found[side] = min(found[side], Standing.BLOCKED if blocks else Standing.WARNED)
    return found
