"""The form that moves a change: its new window, as the clock on the wall shows it."""

from apps.web.forms.wizard import WhenForm


class MoveForm(WhenForm):
    """The window of the wizard's step "when", without the class."""

    change_class = None  # type: ignore[assignment]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, standard=True, **kwargs)
