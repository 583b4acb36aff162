"""What was decided about conflicts, and which of them it settles now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from apps.accounts.models import User
from apps.accounts.selectors import with_any_role
from apps.calendar.enums import LIVE, BookingState, ConflictSeverity, DispositionSort
from apps.calendar.models import Booking, Conflict, Disposition
from apps.core import clock

_SIDES = ("booking", "other", "period")


@dataclass(frozen=True)
class Settled:
    """How a conflict is settled: by whom, until when (None: for good) and why. ``ref`` names a waiver.

    ``first`` and ``second`` are the references of two that go one after the other.
    """

    sort: DispositionSort
    who: str
    until: datetime | None
    why: str
    at: datetime
    ref: str = ""
    first: str = ""
    second: str = ""

    @property
    def sentence(self) -> str:
        """Return what was decided, in plain words."""
        match self.sort:
            case DispositionSort.AFTER:
                return f"{self.second} goes after {self.first}."
            case DispositionSort.EXEMPT:
                return "It is exempt."
        return f"{self.ref} waives it for a time."


def dispositions_in_force(now: datetime) -> QuerySet[Disposition]:
    """Return the dispositions that settle their conflict now."""
    return dispositions_granted().filter(Q(until=None) | Q(until__gt=now))


def dispositions_granted() -> QuerySet[Disposition]:
    """Return the dispositions that settle their conflict until their time is over. This is the only place that says so.

    One that goes after another settles while that order can hold: it must not have started before the first ended.
    """
    in_order = Q(second__state=BookingState.PLANNED) | ~Q(first__state__in=LIVE)
    return Disposition.objects.filter(
        Q(first=None) | in_order,
        ended_at=None,
        granted_at__isnull=False,
    )


def is_settled(now: datetime) -> Exists:
    """Return the condition on a conflict that a disposition settles it now."""
    return Exists(dispositions_in_force(now).filter(conflict=OuterRef("pk")))


def counting(now: datetime) -> QuerySet[Conflict]:
    """Return the conflicts that stand and that nothing settles."""
    return Conflict.objects.filter(~is_settled(now), cleared_at=None)


def blocking(now: datetime) -> QuerySet[Conflict]:
    """Return the conflicts that keep a change from going out."""
    return counting(now).filter(severity=ConflictSeverity.BLOCKING)


def with_settling(conflicts: QuerySet[Conflict], now: datetime) -> QuerySet[Any]:
    """Return conflicts, each with the id of what settles it now (``settling``) or None."""
    in_force = dispositions_in_force(now).filter(conflict=OuterRef("pk"))
    return conflicts.annotate(settling=Subquery(in_force.values("pk")[:1]))


def settled_by(ids: Iterable[int]) -> dict[int, Settled]:
    """Return these dispositions by id, as people read them. One query, none without any."""
    wanted = set(ids)
    if not wanted:
        return {}
    found = Disposition.objects.filter(pk__in=wanted).select_related("made_by", "first", "second")
    return {one.pk: settled_as(one) for one in found}


def settled_as(one: Disposition) -> Settled:
    """Return a disposition as people read it."""
    return Settled(
        DispositionSort(one.sort),
        str(one.made_by),
        one.until,
        one.reason,
        one.made_at,
        one.ref,
        one.first.ref if one.first else "",
        one.second.ref if one.second else "",
    )


def orders_after(ref: str) -> QuerySet[Disposition]:
    """Return the orders that stand by which a booking goes after another."""
    return Disposition.objects.filter(second__ref=ref, sort=DispositionSort.AFTER, ended_at=None)


def goes_after(ref: str) -> list[Booking]:
    """Return what a booking must wait for: those that it goes after and that are neither done nor given back."""
    waited = Booking.objects.filter(state__in=LIVE, pk__in=orders_after(ref).values("first"))
    return list(waited.order_by("start", "pk"))


def conflict_for(user: User, number: int) -> Conflict | None:
    """Return a conflict, cleared or not, with both sides, when the person may see it."""
    found = Conflict.objects.filter(with_any_role(user)).select_related("booking", "other", "period")
    return found.filter(pk=number).first()


def conflict_exists(number: int) -> bool:
    """Return whether there is such a conflict, whoever may see it."""
    return Conflict.objects.filter(pk=number).exists()


def dispositions_of(conflict: Conflict) -> QuerySet[Disposition]:
    """Return all that was decided about a conflict, newest first."""
    return conflict.dispositions.select_related("made_by", "first", "second", "conflict")


def disposition_in_hand(conflict: Conflict) -> Disposition | None:
    """Return what was decided about a conflict, or is out to be signed, and has not ended by its time."""
    found = dispositions_of(conflict).filter(Q(until=None) | Q(until__gt=clock.now()), ended_at=None)
    return found.first()


def settled_beside(conflict: Conflict) -> Disposition | None:
    """Return what settles, or is asked for, other conflicts of the same two sides but not this one, the newest."""
    if conflict.other_id is None and conflict.period_id is None:
        return None
    beside = Conflict.objects.filter(
        booking=conflict.booking_id, other=conflict.other_id, period=conflict.period_id, cleared_at=None
    )
    found = Disposition.objects.filter(
        Q(until=None) | Q(until__gt=clock.now()), conflict__in=beside.exclude(pk=conflict.pk), ended_at=None
    )
    return found.select_related("made_by", "first", "second").first()


def waiver_named(ref: str) -> Disposition | None:
    """Return the waiver of this reference, or None. What it says is seen by whoever sees its conflict."""
    prefix, _, number = ref.partition("-")
    if prefix != "WVR" or not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    found = Disposition.objects.select_related(*(f"conflict__{side}" for side in _SIDES))
    return found.select_related("made_by").filter(number=int(number), part_of=None).first()


def conflicts_waived(waiver: Disposition) -> list[Conflict]:
    """Return the conflicts that a waiver covers, with both sides; the one that it was asked about comes first."""
    rows = Disposition.objects.filter(Q(pk=waiver.pk) | Q(part_of=waiver)).order_by("pk")
    return [row.conflict for row in rows.select_related(*(f"conflict__{side}" for side in _SIDES))]


def waiver_for(user: User, ref: str) -> Disposition | None:
    """Return the waiver of this reference, when the person may see its conflict."""
    found = waiver_named(ref)
    return found if found and conflict_for(user, found.conflict_id) else None


def moot_waivers() -> list[Disposition]:
    """Return the waivers that are out to be signed though no conflict that they would cover stands any more."""
    standing = Conflict.objects.filter(cleared_at=None, dispositions__ended_at=None)
    asked = Disposition.objects.filter(
        sort=DispositionSort.WAIVER, part_of=None, granted_at=None, ended_at=None
    )
    moot = asked.exclude(Exists(standing.filter(dispositions__number=OuterRef("number"))))
    return list(moot.select_related("conflict").order_by("pk"))


def overdue_dispositions() -> list[Disposition]:
    """Return the dispositions whose time is over and that the ledger does not yet call ended."""
    late = Disposition.objects.filter(ended_at=None, part_of=None, until__lte=clock.now())
    return list(late.select_related("conflict").order_by("until", "pk"))
