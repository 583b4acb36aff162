"""What a form asks to become of the changes that a period keeps back, and what its page shows of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from apps.calendar.enums import BookingState, Outcome
from apps.calendar.models import Booking, FreezeOutcome, Period
from apps.calendar.rules.dispositions import REASON_LIMIT
from apps.calendar.selectors import kept_back_by, outcomes_of
from apps.changes.enums import ChangeState
from apps.changes.selectors import KeptBack, changes_kept_back

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


@dataclass(frozen=True)
class Asked:
    """A change of which a form asks what becomes, with what to weigh."""

    booking: Booking
    weighed: KeptBack | None
    outcome: BoundField
    reason: BoundField


def fates_of(period: Period) -> list[Fate]:
    """Return what a freeze falls on, in order of time, with the outcome of each; two queries."""
    said = outcomes_of(period)
    return [Fate(one.booking, said.get(one.booking_id)) for one in kept_back_by(period)]


class OutcomesForm(forms.Form):
    """What becomes of each change that a period would keep back: a choice and its reason.

    For a change that is approved nothing is chosen beforehand. The services judge it again.
    """

    def __init__(
        self, data: Mapping[str, str] | None, *, kept: Iterable[Booking], chosen: Mapping[str, str]
    ) -> None:
        super().__init__(data, initial=dict(chosen.items()))
        self.bookings = list(kept)
        self._weighed = changes_kept_back([one.pk for one in self.bookings])
        for booking in self.bookings:
            approved = self._approved(booking)
            self.fields[f"outcome-{booking.pk}"] = forms.ChoiceField(
                label=f"What becomes of {booking.ref}?",
                choices=[("", "Choose what becomes of it"), *CHOICES] if approved else CHOICES,
                required=approved,
                error_messages={"required": f"{booking.ref}: choose what becomes of it."},
            )
            self.fields[f"reason-{booking.pk}"] = forms.CharField(
                label=f"Why, for {booking.ref}",
                help_text="Needed for an exception and for an exemption.",
                required=False,
                max_length=REASON_LIMIT,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        """Say at its field which reason is missing."""
        for booking in self.bookings:
            outcome = self.cleaned_data.get(f"outcome-{booking.pk}")
            reason = self.cleaned_data.get(f"reason-{booking.pk}")
            if outcome in (Outcome.EXCEPTION, Outcome.EXEMPT) and reason == "":
                self.add_error(f"reason-{booking.pk}", f"{booking.ref}: give the reason.")
        return self.cleaned_data

    def said(self) -> dict[int, tuple[str, str]]:
        """Return what was said of each booking, by its id; only after ``is_valid``."""
        given = self.cleaned_data
        return {
            one.pk: (given[f"outcome-{one.pk}"] or Outcome.MOVES, given[f"reason-{one.pk}"])
            for one in self.bookings
        }

    @property
    def rows(self) -> list[Asked]:
        """Return each change with its two fields, in order of time."""
        return [
            Asked(one, self._weighed.get(one.pk), self[f"outcome-{one.pk}"], self[f"reason-{one.pk}"])
            for one in self.bookings
        ]

    @property
    def signed(self) -> int:
        """Return how many signatures are asked again if all of them move."""
        return sum(one.signed for one in self._weighed.values())

    @property
    def approved(self) -> int:
        """Return how many of them are approved."""
        return sum(self._approved(one) for one in self.bookings)

    def _approved(self, booking: Booking) -> bool:
        weighed = self._weighed.get(booking.pk)
        return weighed is not None and weighed.change.state == ChangeState.APPROVED
