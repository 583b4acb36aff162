"""The link in a mail that asks for a signature: what it is bound to, and when it serves. Pure: no database, no clock.

It opens a page and signs nothing. Whoever follows it signs in and proves who they are, as everywhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.approvals.enums import RequirementState, RoundState
from apps.core.decisions import ALLOWED, Decision, denied

LIFE = timedelta(days=7)
"""How long a link serves after its mail was sent. A reminder brings a new one."""


@dataclass(frozen=True)
class MailLink:
    """Whom a link was sent to (by number), about which requirement, on which digest, and when."""

    person: int
    requirement: int
    digest: str
    made_at: datetime


@dataclass(frozen=True)
class Following:
    """Everything that decides whether a link still serves. ``used`` says that its person has decided since."""

    link: MailLink
    now: datetime
    digest: str
    round_state: str
    requirement_state: str
    used: bool
    newer: int = 0
    """The revision that is asked about by now, when it is another."""


def is_theirs(link: MailLink, person: int) -> Decision:
    """Return whether a link was sent to this person: nobody uses another's, not even a deputy."""
    if link.person == person:
        return ALLOWED
    return denied(
        "This link was sent to someone else. Nothing was signed.",
        "Sign in as the person whom the mail was sent to. What you are asked yourself is in your inbox.",
    )


def still_serves(following: Following) -> Decision:
    """Return whether a link can be used to decide now, with the reason and the way on when it cannot."""
    if following.newer:
        return denied(
            f"It has changed since that mail. It is now revision {following.newer}.", "Look at what is new."
        )
    if following.used:
        return denied(
            "This link has been used. You decided after it was sent.", "Open it to see how it stands."
        )
    if following.round_state != RoundState.OPEN:
        return denied(_ENDED[RoundState(following.round_state)], "Open it to see what came of it.")
    if following.requirement_state != RequirementState.OPEN:
        return denied("This has all the signatures it needs.", "Open it to see how it stands.")
    if following.digest != following.link.digest:
        return denied("It is no longer what that mail was about.", "Open it, and look at what is there now.")
    if not following.link.made_at <= following.now < following.link.made_at + LIFE:
        return denied(
            f"This link served for {LIFE.days} days. They are over.", "You can still decide in your inbox."
        )
    return ALLOWED


_ENDED = {
    RoundState.APPROVED: "Everyone has signed this already.",
    RoundState.REJECTED: "This was rejected.",
    RoundState.CLOSED: "This is no longer asked.",
    RoundState.EXPIRED: "This was given up: it was not decided in time.",
}
