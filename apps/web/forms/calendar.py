"""Filters of the calendar, and the form that declares a freeze."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import Q

from apps.accounts.models import Team, User
from apps.accounts.selectors import teams
from apps.calendar.rules import EVERYTHING, Scope, Span, scope_of_one, span_from_local
from apps.calendar.selectors import Narrowed
from apps.catalog.enums import ComponentKind
from apps.catalog.selectors import component_for, search_components
from apps.changes.enums import ChangeState
from apps.core.errors import Invalid
from apps.web.marks import STATES
from apps.web.planning.marks import DROPPED

TIERS = [("", "Choose"), *((str(tier), f"Tier {tier}") for tier in range(1, 5))]
PLANNABLE = [state for state in ChangeState.values if state not in DROPPED]
SCOPES = [
    ("everything", "Everything"),
    ("team", "A team's components"),
    ("component", "One component"),
    ("kind", "A kind of component"),
    ("tier", "A criticality tier"),
]
OFFERED = 300
"""Components that the form offers by name; any other is named by its key."""


class CalendarFilter(forms.Form):
    """Narrows the calendar to changes that move certain components, or that stand a certain way."""

    team = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, choices=[("", "Any kind"), *ComponentKind.choices])
    tier = forms.ChoiceField(required=False, choices=[("", "Any tier"), *TIERS[1:]])
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[("", "Any state"), *((state, STATES[state][1]) for state in PLANNABLE)],
    )
    tag = forms.CharField(required=False, max_length=63, strip=True)
    component = forms.CharField(required=False, max_length=200, strip=True)
    conflicts = forms.ChoiceField(
        label="Only what is in conflict", required=False, choices=[("", "No"), ("1", "only with a conflict")]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(team.slug, team.name) for team in teams()]
        self.fields["team"].choices = [("", "All teams"), *choices]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, str]:
        """Return the filters that hold something; those that cannot be read are left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def narrowed(self) -> Narrowed:
        """Return what the calendar's selectors are asked. What is no plan any more is never on it."""
        chosen = self.chosen
        among = Q(change=None) | ~Q(change__state__in=DROPPED)
        if "state" in chosen:
            among = Q(change__state=chosen["state"])
        return Narrowed(
            team=chosen.get("team", ""),
            kind=chosen.get("kind", ""),
            tier=int(chosen["tier"]) if "tier" in chosen else None,
            tag=chosen.get("tag", ""),
            component=chosen.get("component", ""),
            conflicts="conflicts" in chosen,
            among=among,
        )


class FreezeForm(forms.Form):
    """What must not change, when, and why. The services judge it; this only reads it."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reason = forms.CharField(
        max_length=2000,
        help_text="Shown on the calendar and in every refusal.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    time_zone = forms.CharField(
        label="Time zone", help_text="The clock on the wall that you mean.", widget=forms.Select()
    )
    local_start = forms.CharField(label="Start", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    local_end = forms.CharField(label="End", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    scope = forms.ChoiceField(label="How much", choices=SCOPES, widget=forms.RadioSelect, initial="team")
    team = forms.ModelChoiceField(queryset=Team.objects.none(), required=False, empty_label="Choose")
    component = forms.CharField(
        required=False,
        max_length=200,
        help_text="Its key, such as model:default/credit-risk.",
        widget=forms.TextInput(attrs={"list": "components", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(required=False, choices=[("", "Choose"), *ComponentKind.choices])
    tier = forms.ChoiceField(required=False, choices=TIERS, help_text="1 is the most critical.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        self.fields["team"].queryset = teams()  # type: ignore[attr-defined]
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        self.fields["time_zone"].widget.choices = zones
        self.fields["time_zone"].initial = user.time_zone

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Return the keys and names of components to choose from."""
        found = search_components(self._user, "").order_by("name", "key")[:OFFERED]
        return [(component.key, str(component)) for component in found]

    def clean_component(self) -> str:
        """Return the component's key: this person must be able to see it."""
        key = self.cleaned_data["component"].strip()
        if not key or self.data.get("scope") != "component":
            return ""
        found = component_for(self._user, key)
        if found is None:
            raise forms.ValidationError(f"There is no component “{key}”.")
        return str(found.key)

    def span(self) -> Span:
        """Return the window. Raises Invalid at the field that is wrong."""
        given = self.cleaned_data
        return span_from_local(given["local_start"], given["local_end"], given["time_zone"])

    def frozen(self) -> Scope:
        """Return what must not change. Raises Invalid at the field that the choice needs and that is empty."""
        given = self.cleaned_data
        facet = given["scope"]
        if facet == "everything":
            return EVERYTHING
        value = given[facet]
        if not value:
            raise Invalid({facet: [f"Choose the {facet}."]})
        return scope_of_one(facet, value.slug if facet == "team" else value)
