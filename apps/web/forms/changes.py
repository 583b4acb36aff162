"""Forms of the list of changes and of the pages that ask before a step."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from apps.accounts.selectors import teams
from apps.changes.enums import ChangeClass, ChangeState
from apps.changes.rules.risk import WORDS
from apps.core import clock
from apps.playbooks.models import Document
from apps.web.marks import STATES

STATE_WORDS = [(str(state), STATES[state][1]) for state in ChangeState]  # as the chips say them
WINDOWS = {
    "7": ("Next 7 days", 0, 7),
    "14": ("Next 14 days", 0, 14),
    "30": ("Next 30 days", 0, 30),
    "past30": ("Last 30 days", -30, 0),
    "past90": ("Last 90 days", -90, 0),
}


class ChangesFilter(forms.Form):
    """What the list of changes is narrowed by. All of it stands in the address."""

    q = forms.CharField(label="Title, number or component", required=False, max_length=200)
    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *STATE_WORDS])
    change_class = forms.ChoiceField(
        label="Class", required=False, choices=[("", "Any"), *ChangeClass.choices]
    )
    risk = forms.ChoiceField(
        label="Risk",
        required=False,
        choices=[("", "Any"), ("2", "Moderate or more"), ("3", "High or more"), ("4", WORDS[4])],
    )
    team = forms.ChoiceField(label="Team", required=False)
    window = forms.ChoiceField(
        label="Window",
        required=False,
        choices=[("", "Any time"), *((key, said[0]) for key, said in WINDOWS.items())],
    )
    # Reached by links, such as those of a component's page; shown as what is applied.
    component = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    requester = forms.CharField(required=False, max_length=150, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(team.slug, team.name) for team in teams().select_related(None).only("slug", "name")]
        self.fields["team"].choices = [("", "All teams"), *named]  # type: ignore[attr-defined]

    def period(self) -> tuple[datetime | None, datetime | None]:
        """Return the bounds of the planned start that were chosen, half-open."""
        chosen = self.cleaned_data.get("window", "")
        if chosen not in WINDOWS:
            return None, None
        _, first, last = WINDOWS[chosen]
        now = clock.now()
        return now + timedelta(days=first), now + timedelta(days=last)


class ReasonForm(forms.Form):
    """The reason that a step asks for. The service says what is missing, in the words of the step."""

    reason = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = label


class AttachForm(forms.Form):
    """Which of one's finished documents a change is given."""

    document = forms.ChoiceField(error_messages={"invalid_choice": "Choose one of the list."})

    def __init__(self, *args: Any, documents: list[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].choices = [(each.ref, str(each)) for each in documents]  # type: ignore[attr-defined]
