"""When a change may go ahead before everyone has signed. Who may is in the approval policy."""

from apps.changes.enums import ChangeClass, ChangeState
from apps.changes.models import Change
from apps.core.decisions import ALLOWED, Decision, denied


def can_go_ahead(change: Change) -> Decision:
    """Say whether a change is one that can be let go ahead, whoever asks: urgent, and out for signature."""
    if change.change_class != ChangeClass.URGENT:
        return denied(
            f"{change.ref} is a {change.get_change_class_display().lower()} change. Only an urgent one goes ahead "
            "before everyone has signed.",
            f"If it cannot wait, {change.requester} revises it and makes it urgent.",
        )
    if change.state != ChangeState.IN_REVIEW:
        state = change.get_state_display().lower()
        return denied(f"{change.ref} is {state}, so there is nobody to pass over.", "Reload the page.")
    return ALLOWED


def is_unsigned_afterwards(change: Change) -> bool:
    """Return whether it went ahead and those passed over have not all signed yet."""
    round_ = change.round
    return round_ is not None and round_.went_ahead_at is not None and round_.closed_at is None
