"""What a form says to become of the changes that a freeze falls on, and what a freeze's page shows of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.calendar.enums import BookingState, Outcome
from apps.calendar.models import Booking, FreezeOutcome, Period
from apps.calendar.selectors import kept_back_by, outcomes_of

CHOICES = [(outcome.value, outcome.label) for outcome in Outcome]
"""The outcomes as a form offers them; the first is the one for which nothing has to be done."""


@dataclass(frozen=True)
class Fate:
    """A change that a freeze falls on, with what was said to become of it."""

    booking: Booking
    said: FreezeOutcome | None

    @property
    def outcome(self) -> Outcome:
        """Return what becomes of it: it moves where nothing was said."""
        return Outcome(self.said.outcome) if self.said else Outcome.MOVES

    @property
    def under_way(self) -> bool:
        """Return whether it runs, so that its stage is finished and then it holds."""
        return self.booking.state == BookingState.UNDER_WAY

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return what may be said of it."""
        return CHOICES


def fates_of(period: Period) -> list[Fate]:
    """Return what a freeze falls on, in order of time, with the outcome of each; two queries."""
    said = outcomes_of(period)
    return [Fate(one.booking, said.get(one.booking_id)) for one in kept_back_by(period)]


@dataclass(frozen=True)
class Asked:
    """A change that a freeze would fall on, with what the form says so far of it."""

    booking: Booking
    outcome: str
    reason: str


def asked_of(caught: Iterable[Booking], data: Mapping[str, str]) -> list[Asked]:
    """Return what would be caught, with what was chosen before, so that another look keeps it."""
    said = outcomes_said(data)
    return [Asked(booking, *said.get(booking.pk, (Outcome.MOVES.value, ""))) for booking in caught]


def outcomes_said(data: Mapping[str, str]) -> dict[int, tuple[str, str]]:
    """Return what a form says of each booking, by its id. What it leaves out is not said."""
    found: dict[int, tuple[str, str]] = {}
    for name, value in data.items():
        number = name.removeprefix("outcome-")
        if name.startswith("outcome-") and number.isascii() and number.isdecimal() and len(number) < 16:
            found[int(number)] = (value, data.get(f"reason-{number}", ""))
    return found
