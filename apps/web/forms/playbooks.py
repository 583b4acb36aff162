"""The form on which somebody says where a playbook is pointed out."""

from typing import Any

from django import forms

from apps.calendar.enums import ConflictKind
from apps.changes.selectors.playbooks import CONFLICT
from apps.playbooks.selectors import COMPONENT, keys_at


class PlacesForm(forms.Form):
    """Keys of components, and kinds of conflict. The service says what is unknown."""

    component = forms.CharField(
        label="Components",
        help_text="One key a line, as in the catalog: model:default/credit-risk.",
        required=False,
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono"}),
    )
    conflict = forms.MultipleChoiceField(
        label="Kinds of conflict",
        required=False,
        choices=ConflictKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def given(self) -> dict[str, list[str]]:
        """Return the keys by kind of place; only after ``is_valid``."""
        lines = [line.strip() for line in self.cleaned_data["component"].splitlines() if line.strip()]
        return {COMPONENT: list(dict.fromkeys(lines)), CONFLICT: self.cleaned_data["conflict"]}


def placed(places: list[str]) -> dict[str, Any]:
    """Return the fields of the form as a playbook has them."""
    return {"component": "\n".join(keys_at(places, COMPONENT)), "conflict": keys_at(places, CONFLICT)}
