"""A person's own settings and tokens."""

from datetime import timedelta
from typing import Any

from django import forms

from apps.accounts.enums import TokenScope
from apps.accounts.models import Team, User
from apps.accounts.selectors import teams_to_share_with
from apps.core.clock import zone_names


def zones() -> list[tuple[str, str]]:
    """Return the IANA zones that are named after a place, and UTC."""
    places = sorted(zone for zone in zone_names() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]


_UNSAID = "Choose again: this did not say whether you want the digest."


class DigestForm(forms.Form):
    """Whether a person gets the weekly digest."""

    wanted = forms.ChoiceField(
        label="Weekly digest",
        choices=[("yes", "Get it"), ("no", "Leave it")],
        error_messages={"required": _UNSAID, "invalid_choice": _UNSAID},
    )


class ProfileForm(forms.Form):
    """How times are shown to a person."""

    time_zone = forms.ChoiceField(
        choices=zones, label="Time zone", help_text="Times are shown in this zone. Windows keep their own."
    )


class TokenForm(forms.Form):
    """What a new token is for, what it may do, and for how long."""

    name = forms.CharField(
        max_length=80,
        label="Name",
        help_text="What will use it, so that you know it again: build server, notebook.",
    )
    scopes = forms.MultipleChoiceField(
        choices=TokenScope.choices,
        widget=forms.CheckboxSelectMultiple,
        label="What it may do",
        help_text="Never more than you may do yourself.",
        error_messages={"required": "Choose at least one thing that the token may do."},
    )
    days = forms.TypedChoiceField(
        choices=[("30", "30 days"), ("90", "90 days"), ("180", "180 days"), ("365", "One year")],
        coerce=int,
        initial="90",
        label="Ends after",
    )

    @property
    def life(self) -> timedelta:
        """Return how long the token lives."""
        return timedelta(days=self.cleaned_data["days"])


class ShareForm(forms.Form):
    """With which team a view is shared."""

    team = forms.ModelChoiceField(
        label="Share with", queryset=Team.objects.none(), required=False, empty_label="Nobody: only I see it"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams_to_share_with(user).order_by("name")  # type: ignore[attr-defined]


class ViewForm(forms.Form):
    """The name of a saved view. What is wrong with it, the service says."""

    name = forms.CharField(
        label="Name", required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": "60"})
    )
