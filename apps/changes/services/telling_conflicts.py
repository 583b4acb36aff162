"""Telling both sides what became of a conflict between their plans."""

from collections.abc import Iterable

from apps.accounts.models import User
from apps.calendar.enums import DispositionEnd, DispositionSort
from apps.calendar.models import Disposition
from apps.calendar.selectors import settled_as
from apps.changes.models import Change
from apps.changes.rules.window import said
from apps.core import clock
from apps.outbox.services import notify

_ENDS = {
    DispositionEnd.OVER: "Its time is over",
    DispositionEnd.TAKEN_BACK: "It was taken back",
    DispositionEnd.REFUSED: "It was refused",
    DispositionEnd.NOT_SIGNED: "It was not signed in time",
    DispositionEnd.GRAVER: "The conflict has become graver than what was decided about",
    DispositionEnd.APART: "The two are planned in this order now, and do not meet",
    DispositionEnd.CLEARED: "Nobody is asked to sign it any more, because the two do not meet now",
}

_APART = (DispositionEnd.CLEARED, DispositionEnd.APART)
_STANDS = (
    "If the two still meet, neither goes out. Move one of them, let one go after the other, or ask for another "
    "waiver."
)
_CLEARED = "There is nothing left to settle. If they meet again, ask anew."


def tell_settled(held: Disposition, changes: Iterable[Change], but: User | None) -> None:
    """Tell the requesters of both sides, apart from whoever did it, that their conflict is settled."""
    until = f" It counts again from {said(held.until, 'UTC')} (UTC)." if held.until else ""
    _tell(
        held,
        [change for change in changes if but is None or change.requester_id != but.pk],
        rule="conflict.settled",
        title=f"A conflict is settled: {settled_as(held).sentence}",
        body=f"{held.reason}\n\nThe conflict keeps neither side back any more.{until}",
    )


def tell_ended(held: Disposition, changes: Iterable[Change], signed: Iterable[User]) -> None:
    """Tell the requesters of both sides, and who signed, that what settled a conflict has ended, or never began."""
    because = DispositionEnd(held.ended_because)
    what = held.ref if held.sort == DispositionSort.WAIVER else settled_as(held).sentence.rstrip(".")
    _tell(
        held,
        changes,
        rule="conflict.unsettled",
        title=f"{what}: this counts no more",
        body=f"{_ENDS[because]}. {_CLEARED if because in _APART else _STANDS}",
        and_to=signed,
    )


def _tell(
    held: Disposition,
    changes: Iterable[Change],
    *,
    rule: str,
    title: str,
    body: str,
    and_to: Iterable[User] = (),
) -> None:
    for user in {one.pk: one for one in (*(change.requester for change in changes), *and_to)}.values():
        if user.is_active:
            notify(
                user=user,
                rule=rule,
                subject=("conflict", f"{held.conflict_id}/{held.pk}"),
                due=held.ended_at or held.granted_at or clock.now(),
                title=title[:200],
                body=body,
                url=f"/calendar/conflicts/{held.conflict_id}/",
            )
