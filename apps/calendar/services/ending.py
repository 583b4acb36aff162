"""Ending what was decided about conflicts, and what the ledger says of it. Its callers hold the calendar's lock."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from apps.audit.services import record_event
from apps.calendar.enums import LIVE, DispositionEnd, DispositionSort
from apps.calendar.models import Conflict, Disposition
from apps.calendar.services.listeners import tell, tell_ended
from apps.calendar.services.standing import restand
from apps.core import clock
from apps.core.actors import Actor
from apps.core.clock import iso


def disposition_of(disposition: Disposition) -> Disposition:
    """Return what was decided as a whole: of the conflict that it was asked about."""
    rows = Disposition.objects.select_for_update(of=("self",)).select_related(
        "conflict__booking", "conflict__other", "conflict__period", "first", "second", "made_by"
    )
    return rows.get(pk=disposition.part_of_id or disposition.pk)


def whole(held: Disposition) -> list[Disposition]:
    """Return it with its parts, a row for each conflict."""
    parts = held.parts.select_related("conflict__booking", "conflict__other", "conflict__period")
    return [held, *parts.select_related("first", "second").order_by("pk")]


def end(actor: Actor, held: Disposition, because: DispositionEnd) -> None:
    """End it as a whole, and let the floors above tell whom it concerns."""
    if held.sort == DispositionSort.WAIVER:
        record_event(event="waiver.ended", actor=actor, obj=held, data=facts(held) | {"because": because})
    for one in whole(held):
        one.ended_at, one.ended_because = clock.now(), because
        one.save(update_fields=["ended_at", "ended_because", "updated_at"])
        if one.granted_at is not None:
            record("conflict.unsettled", actor, one)
    tell_ended(held, actor)
    # What still asks for it is withdrawn after the commit, whether or not it ever settled anything.
    tell({held.conflict.booking.ref}, actor)


def judged(row: Conflict) -> dict[str, Any]:
    """Return what a decision about a conflict is made on: it settles nothing graver."""
    return {
        "kind": row.kind,
        "what": row.what,
        "severity": row.severity,
        "path": list(row.path),
        "forward": row.forward,
        "start": iso(row.start),
        "end": iso(row.end),
    }


def decided(conflict_ids: Collection[int]) -> dict[int, Disposition]:
    """Return the waivers and exemptions in hand, by conflict. An order settles two however long they meet."""
    found = Disposition.objects.filter(conflict__in=conflict_ids, ended_at=None)
    return {one.conflict_id: one for one in found.exclude(sort=DispositionSort.AFTER)}


def end_outgrown(actor: Actor, found: Iterable[Disposition]) -> None:
    """End what was decided about conflicts that are graver now, each once."""
    for one in {one.part_of_id or one.pk: one for one in found}.values():
        end(actor, disposition_of(one), DispositionEnd.GRAVER)


def end_spent_orders(actor: Actor, booking_ids: Collection[int]) -> None:
    """End the orders of bookings that are planned one after the other by now and do not meet any more."""
    met = Conflict.objects.filter(
        Q(dispositions=OuterRef("pk")) | Q(dispositions__part_of=OuterRef("pk")), cleared_at=None
    )
    spent = Disposition.objects.filter(
        ~Exists(met),
        Q(first__in=booking_ids) | Q(second__in=booking_ids),
        sort=DispositionSort.AFTER,
        part_of=None,
        ended_at=None,
        first__state__in=LIVE,
        second__state__in=LIVE,
        first__end__lte=F("second__start"),
    )
    for one in spent.order_by("pk"):
        end(actor, disposition_of(one), DispositionEnd.APART)


def record(event: str, actor: Actor, held: Disposition, private: dict[str, str] | None = None) -> None:
    """Write it to the ledger of both sides, and how they stand; tell the listeners whose conflicts count otherwise."""
    row = held.conflict
    restand([pk for pk in (row.booking_id, row.other_id) if pk is not None])
    refs: set[str] = set()
    for mine, theirs in ((row.booking, row.other or row.period), (row.other, row.booking)):
        if mine is not None:
            data = facts(held) | {"with": theirs.ref if theirs else row.what or None}
            record_event(event=event, actor=actor, obj=mine, data=data, private=private)
            refs.add(mine.ref)
    tell(refs, actor)


def facts(held: Disposition) -> dict[str, object]:
    """Return what the ledger says of what was decided."""
    found: dict[str, object] = {
        "conflict": held.conflict_id,
        "kind": held.conflict.kind,
        "settled_by": held.sort,
    }
    if held.number:
        found["waiver"] = held.ref
    if held.until:
        found["until"] = iso(held.until)
    if held.first and held.second:
        found |= {"first": held.first.ref, "second": held.second.ref}
    return found
