"""The form on which somebody plans a drill, and how the list of drills is narrowed."""

from typing import Any

from django import forms

from apps.accounts.models import User
from apps.calendar.rules.spans import instant_from_local
from apps.catalog.selectors import search_components
from apps.playbooks.enums import DrillState, DrillStep
from apps.playbooks.rules.drills import LONGEST_TARGET
from apps.playbooks.selectors import playbooks_to_rehearse
from apps.web.forms.coverage import OFFERED, keys_named, list_field


class DrillForm(forms.Form):
    """A drill: of which playbook, over what, when, and how long each step should take."""

    playbook = forms.ChoiceField(label="Playbook", help_text="What is rehearsed.")
    purpose = forms.CharField(
        label="What is it for?",
        max_length=2000,
        help_text="What people should learn to do, or what you want to try out.",
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": "2000"}),
    )
    components = list_field(
        "What it rehearses with",
        "Components by name, such as credit-risk, with commas between them. Nothing is done to them.",
        "components",
    )
    planned_for = forms.CharField(
        label="When is it held?",
        max_length=40,
        help_text="On your clock. Whoever signs or answers is asked as for any change.",
        widget=forms.TextInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self._user = user
        known = playbooks_to_rehearse(user)
        self.fields["playbook"].choices = [("", "Choose one"), *known]  # type: ignore[attr-defined]
        for step in DrillStep:
            self.fields[step] = forms.IntegerField(
                label=step.label,
                required=False,
                min_value=1,
                max_value=LONGEST_TARGET,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    @property
    def targets(self) -> list[forms.BoundField]:
        """Return the fields of the targets, in the order of the steps."""
        return [self[step] for step in DrillStep]

    @property
    def offered(self) -> list[tuple[str, str]]:
        """Return the keys and names of components to choose from."""
        found = search_components(self._user, "").order_by("name", "key")[:OFFERED]
        return [(component.key, str(component)) for component in found]

    def clean_components(self) -> list[str]:
        """Return the keys; each must be of a component that this person can see."""
        return keys_named(self._user, self.cleaned_data["components"])

    def given(self) -> dict[str, Any]:
        """Return what was said, for the service; only after ``is_valid``.

        Raises Invalid at ``planned_for`` for a time that does not exist.
        """
        said = self.cleaned_data
        return {
            "purpose": said["purpose"],
            "components": said["components"],
            "planned_for": instant_from_local("planned_for", said["planned_for"], self._user.time_zone),
            "targets": {step.value: said[step] for step in DrillStep},
        }


class DrillFilter(forms.Form):
    """Which drills the list shows."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *DrillState.choices])
    playbook = forms.RegexField(r"^PB-[0-9]{1,9}$", label="Playbook", required=False)
