"""The transition table of a change (DESIGN 3)."""

from apps.changes.enums import ChangeState
from apps.lifecycle.machine import Transition

_ENDED = frozenset({ChangeState.COMPLETED, ChangeState.ROLLED_BACK, ChangeState.FAILED})

TRANSITIONS = [
    Transition("submit", frozenset({ChangeState.DRAFT}), ChangeState.IN_REVIEW, "submitted"),
    Transition(
        "revise",
        frozenset(
            {
                ChangeState.IN_REVIEW,
                ChangeState.ON_HOLD,
                ChangeState.APPROVED,
                ChangeState.REJECTED,
                ChangeState.EXPIRED,
            }
        ),
        ChangeState.DRAFT,
        "revised",
    ),
    # The world moved: what was signed is not how things are any more.
    Transition("reopen", frozenset({ChangeState.APPROVED}), ChangeState.IN_REVIEW, "reopened"),
    Transition("approve", frozenset({ChangeState.IN_REVIEW}), ChangeState.APPROVED, "approved"),
    Transition(
        # One that went ahead before everyone had signed can still be refused before it starts.
        "reject",
        frozenset({ChangeState.IN_REVIEW, ChangeState.ON_HOLD, ChangeState.APPROVED}),
        ChangeState.REJECTED,
        "rejected",
    ),
    Transition(
        "withdraw",
        frozenset({ChangeState.DRAFT, ChangeState.IN_REVIEW, ChangeState.ON_HOLD, ChangeState.APPROVED}),
        ChangeState.WITHDRAWN,
        "withdrawn",
    ),
    Transition("hold", frozenset({ChangeState.IN_REVIEW, ChangeState.APPROVED}), ChangeState.ON_HOLD, "held"),
    # A held change goes back to review; when every signature is there, it is approved again in the same step.
    Transition("resume", frozenset({ChangeState.ON_HOLD}), ChangeState.IN_REVIEW, "resumed"),
    Transition("start", frozenset({ChangeState.APPROVED}), ChangeState.IN_PROGRESS, "started"),
    Transition("complete", frozenset({ChangeState.IN_PROGRESS}), ChangeState.COMPLETED, "completed"),
    Transition("roll_back", frozenset({ChangeState.IN_PROGRESS}), ChangeState.ROLLED_BACK, "rolled back"),
    Transition("fail", frozenset({ChangeState.IN_PROGRESS}), ChangeState.FAILED, "failed"),
    Transition(
        "expire", frozenset({ChangeState.IN_REVIEW, ChangeState.APPROVED}), ChangeState.EXPIRED, "expired"
    ),
    # Nobody decided in time: it goes back to its requester, who can revise it and ask again.
    Transition(
        "give_back",
        frozenset({ChangeState.IN_REVIEW, ChangeState.ON_HOLD}),
        ChangeState.EXPIRED,
        "given back",
    ),
    Transition("close", _ENDED, ChangeState.CLOSED, "closed"),
]
