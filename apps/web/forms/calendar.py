"""Filters of the calendar."""

from typing import Any

from django import forms
from django.db.models import Q

from apps.accounts.selectors import teams
from apps.calendar.selectors import Narrowed
from apps.catalog.enums import ComponentKind
from apps.changes.enums import DROPPED, ChangeState
from apps.web.marks import STATES

TIERS = [("", "Choose"), *((str(tier), f"Tier {tier}") for tier in range(1, 5))]
PLANNABLE = [state for state in ChangeState.values if state not in DROPPED]


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
