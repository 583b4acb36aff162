"""What a new calendar feed is called, and what it shows."""

from typing import Any
from urllib.parse import urlencode

from django import forms

from apps.accounts.models import SavedView, User
from apps.accounts.selectors import teams, views_for
from apps.calendar.enums import FeedShows
from apps.calendar.selectors.feeds import PAGE
from apps.catalog.selectors import component_for, search_components

OFFERED = 300
"""Components that the form offers by name; any other is named by its key."""


class FeedForm(forms.Form):
    """A new feed. ``query`` carries the filters of the calendar that its reader came from."""

    name = forms.CharField(
        max_length=80,
        required=False,
        help_text="Your calendar program shows it under this name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    shows = forms.ChoiceField(
        label="What it shows", choices=FeedShows.choices, widget=forms.RadioSelect, initial=FeedShows.MINE
    )
    team = forms.ChoiceField(required=False)
    component = forms.CharField(
        required=False,
        max_length=200,
        help_text="Its key, such as model:default/credit-risk.",
        widget=forms.TextInput(attrs={"list": "components", "autocomplete": "off"}),
    )
    view = forms.ModelChoiceField(queryset=SavedView.objects.none(), required=False, empty_label="Choose")
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        named = [(team.slug, team.name) for team in teams()]
        self.fields["team"].choices = [("", "Choose"), *named]  # type: ignore[attr-defined]
        self.fields["view"].queryset = views_for(user, PAGE)  # type: ignore[attr-defined]

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Return the keys and names of components to choose from."""
        found = search_components(self._user, "").order_by("name", "key")[:OFFERED]
        return [(component.key, str(component)) for component in found]

    def clean_component(self) -> str:
        """Return the component's key: this person must be able to see it."""
        key = str(self.cleaned_data["component"]).strip()
        if key and self.data.get("shows") == FeedShows.COMPONENT and component_for(self._user, key) is None:
            raise forms.ValidationError(f"There is no component “{key}”.")
        return key

    @property
    def asked(self) -> str:
        """Return what narrows the feed, as the address of the calendar would."""
        given = self.cleaned_data
        match given["shows"]:
            case FeedShows.TEAM:
                return urlencode({"team": given["team"]}) if given["team"] else ""
            case FeedShows.COMPONENT:
                return urlencode({"component": given["component"]}) if given["component"] else ""
            case FeedShows.VIEW:
                return str(given["query"])
        return ""
