"""The track of a change: where it was, is and goes, and by when people are asked to sign."""

from dataclasses import dataclass
from datetime import datetime

from apps.approvals.selectors import Standing
from apps.audit.selectors import Entry
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.window import said
from apps.web.dates import when


@dataclass(frozen=True)
class Stop:
    """One stop of the track: where the change was, is and goes."""

    word: str
    note: str
    place: str  # past, now, next or later


_TRACK = [
    ("Draft", {"change.drafted"}),
    ("In review", {"change.submitted", "change.reopened"}),
    ("Approved", {"change.approved"}),
    ("In progress", {"change.started"}),
]
_ENDS = {
    ChangeState.REJECTED: {"change.rejected"},
    ChangeState.WITHDRAWN: {"change.withdrawn"},
    ChangeState.EXPIRED: {"change.expired", "change.given_back"},
}
_REACHED = {
    ChangeState.DRAFT: 0,
    ChangeState.IN_REVIEW: 1,
    ChangeState.ON_HOLD: 1,
    ChangeState.APPROVED: 2,
    ChangeState.IN_PROGRESS: 3,
    ChangeState.COMPLETED: 4,
    ChangeState.ROLLED_BACK: 4,
    ChangeState.FAILED: 4,
    ChangeState.CLOSED: 4,
}


def track_of(change: Change, entries: list[Entry]) -> list[Stop]:
    """Return where the change was, is and goes, the dates taken from the ledger."""
    state = ChangeState(change.state)
    last = {entry.event.event: entry.event.at for entry in reversed(entries)}
    zone = change.time_zone
    if state in _ENDS:
        stops = [Stop(word, _since(last, events, zone), "past") for word, events in _TRACK[:2]]
        return [*stops, Stop(state.label, _since(last, _ENDS[state], zone), "now")]
    here = _REACHED[state]
    final = state.label if here == 4 else "Closed"
    ahead = ["", "", "when all have signed", said(change.planned_start, zone) if change.planned_start else ""]
    stops = []
    for place, (word, events) in enumerate(_TRACK):
        shown = state.label if place == here else word
        since = {"change.held"} if place == here and state == ChangeState.ON_HOLD else events
        note = _since(last, since, zone) if place <= here else ahead[place]
        stops.append(Stop(shown, note, _place(place, here)))
    ended = _since(last, {f"change.{state}"}, zone) if here == 4 else "after its review"
    return [*stops, Stop(final, ended, _place(4, here))]


def _place(place: int, here: int) -> str:
    return "past" if place < here else "now" if place == here else "next" if place == here + 1 else "later"


def _since(last: dict[str, datetime], events: set[str], zone: str) -> str:
    found = [at for event, at in last.items() if event in events]
    return when(max(found), zone) if found else ""


def sign_by(change: Change, standings: list[Standing]) -> datetime | None:
    """Return by when the next signature is due, while there is one to give."""
    if change.state != ChangeState.IN_REVIEW:
        return None
    return min((one.requirement.due_at for one in standings if one.is_open), default=None)
