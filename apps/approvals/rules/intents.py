"""When the showing of a signing page may be used to sign. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core.decisions import ALLOWED, Decision, denied

LIFE = timedelta(minutes=5)
"""How long the page may be answered after it was shown."""
REQUEST = timedelta(minutes=1)
"""How old a proof may be that was sent with the signature itself."""


@dataclass(frozen=True)
class Proof:
    """What a signer brings: the page that they answer, their session, and how and when they proved who they are.

    ``earlier`` says that the proof was given before in the session, and not with this signature.
    """

    nonce: str
    session: str
    method: str
    at: datetime
    earlier: bool = False


def is_alive(shown_at: datetime, now: datetime) -> bool:
    """Return whether a page that was shown then can still be answered: for five minutes, the end not included."""
    return shown_at <= now < shown_at + LIFE


def may_rely_on(
    proof: Proof, now: datetime, freshness: timedelta, nothing: str = "Nothing was signed."
) -> Decision:
    """Return whether a proof of who someone is, is fresh enough to sign with (21 CFR 11.200).

    One from earlier in the session may be as old as ``freshness``; with none at all, each signature asks. One that
    came with the signature may be as old as a request can take. One from the future is nobody's.
    """
    oldest = freshness if proof.earlier else REQUEST
    if oldest and timedelta(0) <= now - proof.at <= oldest:
        return ALLOWED
    if not freshness:
        return denied(f"Each signature asks who you are. {nothing}", "Prove it again with what you send.")
    minutes = int(freshness.total_seconds()) // 60
    return denied(
        f"You proved who you are more than {minutes} minute{'' if minutes == 1 else 's'} ago. {nothing}",
        "What you wrote is kept. Prove it again with what you send.",
    )
