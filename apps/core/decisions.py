"""The answer of a rule: yes, or no with a reason that a page can print."""

from dataclasses import dataclass

from apps.core.errors import Forbidden


@dataclass(frozen=True)
class Decision:
    """``allowed`` with, when it is no, a plain ``reason`` and a ``remedy`` (who can clear it, and how)."""

    allowed: bool
    reason: str = ""
    remedy: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Go on when it is yes.

        Raises:
            Forbidden: it is no. The error says why, and who can clear it.
        """
        if not self.allowed:
            raise Forbidden(self.reason, remedy=self.remedy)


ALLOWED = Decision(True)


def denied(reason: str, remedy: str = "") -> Decision:
    """Return a refusal that says why."""
    return Decision(False, reason, remedy)
