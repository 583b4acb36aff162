"""How long a signer looked, and how much evidence they opened. Pure.

It is a sign for a Change Manager that evidence may not reach people. It says nothing about anyone.
"""

from dataclasses import dataclass
from datetime import timedelta

LONGEST = 3600
"""Seconds that one report of a browser may add."""
MOST = 40
"""Pieces of evidence that are kept for a person and a requirement."""
LATE = timedelta(minutes=1)
"""So long after a signature a browser may still report what came before it."""


@dataclass(frozen=True)
class Looking:
    """Seconds in view (None: the browser did not say) and pieces of evidence opened, as the browser told."""

    seconds: int | None
    opened: int = 0

    def is_quick(self, least: int) -> bool:
        """Return whether it took less than ``least`` seconds and no evidence was opened. Unknown is not quick."""
        return self.seconds is not None and self.seconds < least and not self.opened

    @property
    def said(self) -> str:
        """Return it in words, as a fact without a verdict."""
        if self.seconds is None:
            return "not known how long it was looked at: the browser did not say"
        evidence = {0: "no evidence opened", 1: "1 piece of evidence opened"}.get(
            self.opened, f"{self.opened} pieces of evidence opened"
        )
        return f"in view for {_length(self.seconds)}, {evidence}"


def _length(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = seconds // 60
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
