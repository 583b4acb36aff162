"""The forms that move a change, or ask for it: its new window, as the clock on the wall shows it."""

from django import forms

from apps.calendar.rules import Span, span_from_local
from apps.web.forms.wizard import WhenForm


class MoveForm(WhenForm):
    """The window of the wizard's step "when", without the class."""

    change_class = None  # type: ignore[assignment]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, standard=True, **kwargs)


class AskToMoveForm(forms.Form):
    """Why a change should move, and where to, if one has a time in mind."""

    reason = forms.CharField(
        label="Why should it move?", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    local_start = forms.CharField(
        label="From (if you propose a time)",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    local_end = forms.CharField(
        label="To", required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def span(self, zone: str) -> Span | None:
        """Return the window that is proposed, or None. Raises Invalid at the field that is wrong."""
        start, end = self.cleaned_data["local_start"], self.cleaned_data["local_end"]
        return span_from_local(start, end, zone) if start or end else None
