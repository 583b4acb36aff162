"""Whether the window of a change can still be moved."""

from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.core.decisions import ALLOWED, Decision, denied

AGAIN = frozenset({ChangeState.IN_REVIEW, ChangeState.APPROVED, ChangeState.EXPIRED})
"""States from which a move makes a new revision, and asks again those who judge the window."""


def can_move(change: Change) -> Decision:
    """Say whether the window can be moved in the state that the change is in, whoever asks."""
    if change.state == ChangeState.DRAFT or change.state in AGAIN:
        return ALLOWED
    if change.state == ChangeState.ON_HOLD:
        return denied(
            f"{change.ref} is on hold, so its window stays where it is.",
            "Ask a Change Manager to take it off hold. Then move it.",
        )
    if change.state == ChangeState.IN_PROGRESS:
        return denied(
            f"{change.ref} has started, so its window cannot move.",
            "Complete it, or roll it back and propose it again.",
        )
    state = change.get_state_display().lower()
    return denied(f"{change.ref} is {state}, so there is nothing to move.", "Propose a new change.")
