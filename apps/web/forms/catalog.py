"""Filters of the catalog."""

from django import forms

from apps.accounts.selectors import teams
from apps.catalog.enums import ComponentKind

TIERS = [("", "Any tier"), *((str(tier), f"Tier {tier}") for tier in range(1, 5))]


class CatalogFilter(forms.Form):
    """Narrows the list. Everything is optional; what cannot be read is left out and said so."""

    q = forms.CharField(required=False, max_length=200, label="Name or words", strip=True)
    kind = forms.ChoiceField(required=False, choices=[("", "Any kind"), *ComponentKind.choices])
    team = forms.ChoiceField(required=False)
    tier = forms.ChoiceField(required=False, choices=TIERS)
    retired = forms.BooleanField(required=False, label="Only what is retired")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [(team.slug, team.name) for team in teams()]
        self.fields["team"].choices = [("", "All teams"), *choices]  # type: ignore[attr-defined]


class GraphFilter(forms.Form):
    """Chooses what the graph page draws."""

    around = forms.CharField(
        required=False, max_length=200, label="Around a component", help_text="Its name or key."
    )
    hops = forms.ChoiceField(
        required=False,
        label="How far",
        choices=[("2", "2 steps"), ("1", "1 step"), ("3", "3 steps"), ("4", "4 steps")],
    )
    kind = forms.ChoiceField(required=False, choices=[("", "Any kind"), *ComponentKind.choices])
    team = forms.ChoiceField(required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [(team.slug, team.name) for team in teams()]
        self.fields["team"].choices = [("", "All teams"), *choices]  # type: ignore[attr-defined]
