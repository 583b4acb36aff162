"""The form that moves a change: its new window, as the clock on the wall shows it."""

from apps.calendar.rules import Span, span_from_local
from apps.web.forms.wizard import WhenForm


class MoveForm(WhenForm):
    """The window of the wizard's step "when", without the class."""

    change_class = None  # type: ignore[assignment]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, standard=True, **kwargs)

    def span(self) -> Span:
        """Return the window. Raises Invalid at the field that is wrong."""
        given = self.cleaned_data
        return span_from_local(given["local_start"], given["local_end"], given["time_zone"])
