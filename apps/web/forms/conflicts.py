"""The forms that settle a conflict: an order of the two, or a waiver for a time."""

from datetime import datetime

from django import forms

from apps.calendar.rules.spans import instant_from_local
from apps.core.errors import Invalid

_TEXT = forms.Textarea(attrs={"rows": 3})


class AfterForm(forms.Form):
    """Which of two goes first, and why. ``refs`` are the references of both."""

    first = forms.ChoiceField(label="Which goes first?", widget=forms.RadioSelect)
    reason = forms.CharField(label="Why this order?", max_length=2000, widget=_TEXT)

    def __init__(self, *args: object, sides: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["first"].choices = sides  # type: ignore[attr-defined]


class WaiverForm(forms.Form):
    """Until when a conflict is waived, why, and what is done instead."""

    until = forms.CharField(
        label="Until when?",
        help_text="By your own clock. At most 90 days ahead. After that the conflict counts again.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    reason = forms.CharField(
        label="Why should it go out all the same?", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    compensating = forms.CharField(
        label="What do you do instead?",
        help_text="Such as: both are watched by one person, who can stop either.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def until_in(self, zone: str) -> datetime:
        """Return the end as an instant, from the clock on the reader's wall. Raises Invalid (``until``)."""
        try:
            found = datetime.fromisoformat(self.cleaned_data["until"])
        except ValueError as error:
            raise Invalid({"until": ["Give a day and a time such as 2026-11-19T06:00."]}) from error
        return instant_from_local("until", found, zone) if found.tzinfo is None else found
