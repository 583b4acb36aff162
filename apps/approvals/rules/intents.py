"""When the showing of a signing page may be used to sign. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core.decisions import ALLOWED, Decision, denied

LIFE = timedelta(minutes=5)
"""How long the page may be answered after it was shown."""


@dataclass(frozen=True)
class Proof:
    """What a signer brings: the page that they answer, their session, and how and when they proved who they are."""

    nonce: str
    session: str
    method: str
    at: datetime


def is_alive(shown_at: datetime, now: datetime) -> bool:
    """Return whether a page that was shown then can still be answered: for five minutes, the end not included."""
    return shown_at <= now < shown_at + LIFE


def may_rely_on(authenticated_at: datetime, now: datetime, freshness: timedelta) -> Decision:
    """Return whether a proof of who someone is, is fresh enough to sign with (21 CFR 11.200).

    It may be as old as ``freshness``. One from the future is nobody's.
    """
    if timedelta(0) <= now - authenticated_at <= freshness:
        return ALLOWED
    return denied("You proved who you are too long ago. Nothing was signed.", "Prove it again, then sign.")


def signal(seconds: float, opened: int) -> str:
    """Return how long a signer looked and how much evidence they opened, as a fact without a verdict."""
    evidence = {0: "no evidence opened", 1: "1 piece of evidence opened"}.get(
        opened, f"{opened} pieces of evidence opened"
    )
    return f"signed after {_length(seconds)}, {evidence}"


def _length(seconds: float) -> str:
    whole = max(int(seconds), 0)
    if whole < 120:
        return f"{whole} second{'' if whole == 1 else 's'}"
    minutes = whole // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
