"""What services raise. Each carries a plain sentence that a person may read."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Because:
    """One of several reasons of a refusal: what speaks against it, what clears it, and the page that shows it."""

    says: str
    remedy: str
    url: str


class PortalError(Exception):
    """A refusal with a reason. ``remedy`` says what the person can do about it."""

    def __init__(self, reason: str, *, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class IllegalTransition(PortalError):
    """The object is not in a state from which the event may happen."""


class Forbidden(PortalError):
    """The actor may not do this. The denial is in the ledger when this is raised by a service."""


class PolicyBlocked(PortalError):
    """A rule of the portal does not hold yet, whoever asks. ``because`` lists the reasons, where there are several."""

    def __init__(self, reason: str, *, remedy: str = "", because: Sequence[Because] = ()) -> None:
        super().__init__(reason, remedy=remedy)
        self.because = tuple(because)


class Stale(PortalError):
    """What the person looked at is no longer what is there."""


class Conflict(PortalError):
    """Two plans should not meet."""


class Invalid(PortalError):
    """Input that cannot be taken. ``fields`` maps a field's name to its messages."""

    def __init__(self, fields: dict[str, list[str]], *, remedy: str = "") -> None:
        first = next(iter(fields.values()), ["The input is not valid."])[0]
        super().__init__(first, remedy=remedy)
        self.fields = fields
