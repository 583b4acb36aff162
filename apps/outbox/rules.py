"""When a failed delivery is tried again."""

from datetime import timedelta

BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
"""The wait after each failed attempt: ten attempts in about three days."""

MAX_ATTEMPTS = len(BACKOFF) + 1


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after the given number of attempts (from 1)."""
    return BACKOFF[min(attempts, len(BACKOFF)) - 1]


def is_exhausted(attempts: int) -> bool:
    """Tell whether a message that failed this often is given up."""
    return attempts >= MAX_ATTEMPTS
