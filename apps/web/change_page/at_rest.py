"""What the page of a change says when nothing is in its way."""

from apps.approvals.enums import RoundState
from apps.changes.enums import ChangeState
from apps.changes.models import Change


def at_rest(change: Change) -> tuple[str, str]:
    """Return what to say, as a title and a sentence, when nothing is in the way of a change."""
    who = str(change.requester)
    if change.state == ChangeState.EXPIRED and change.round and change.round.state == RoundState.EXPIRED:
        return (
            "It was not decided in time",
            f"So it went back to {who}, who can revise it and ask again. Nothing was approved.",
        )
    return {
        ChangeState.IN_PROGRESS: ("It is under way", "Whoever leads it says how it ends."),
        ChangeState.APPROVED: _approved(change),
        ChangeState.CLOSED: ("It is closed", "There is nothing left to do."),
        ChangeState.REJECTED: ("It was rejected", f"{who} can revise it and ask again."),
        ChangeState.EXPIRED: (
            "Its window has passed",
            f"It had not started by then. {who} can revise it and choose a new window.",
        ),
        ChangeState.WITHDRAWN: ("It was withdrawn", "Nobody is asked any more, and its window is free."),
    }.get(ChangeState(change.state), ("Nothing blocks this", "There is nothing to wait for."))


def _approved(change: Change) -> tuple[str, str]:
    if change.round is not None and change.round.closed_at is None:
        return (
            "Nothing blocks this",
            "It may go ahead before everyone has signed, and nothing collides with it.",
        )
    return "Nothing blocks this", "It is signed and nothing collides with it."
