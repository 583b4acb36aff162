"""What a form asks to become of the changes that a period keeps back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from apps.calendar.enums import Outcome
from apps.calendar.models import Booking
from apps.calendar.rules.dispositions import REASON_LIMIT
from apps.changes.enums import ChangeState
from apps.changes.selectors import KeptBack, changes_kept_back

CHOICES = [(outcome.value, outcome.label) for outcome in Outcome]
"""The outcomes as a form offers them; the first is the one for which nothing has to be done."""


@dataclass(frozen=True)
class Asked:
    """A change of which a form asks what becomes, with what to weigh."""

    booking: Booking
    weighed: KeptBack | None
    outcome: BoundField
    reason: BoundField


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
