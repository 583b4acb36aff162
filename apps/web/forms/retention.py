"""What the ledger keeps: the forms of a hold, of the policy, and of erasing texts."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from apps.accounts.models import User
from apps.accounts.selectors import person_named
from apps.catalog.selectors import component_for
from apps.retention.enums import HoldScope
from apps.retention.rules.holds import HoldScopeInput
from apps.web.forms.ledger import day_field

MOST_ENTRIES = 500
_NOBODY = "Nobody here has this user name."


def _words(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = _words("Why?", "Kept with the record of this act. Auditors and change managers read it.")


class HoldForm(forms.Form):
    """What must stay whole. The service judges it; this only reads it."""

    kind = forms.ChoiceField(
        label="What does it cover?", choices=HoldScope.choices, widget=forms.RadioSelect, required=False
    )
    record = forms.CharField(
        label="Which record", help_text="Such as CHG-1042", max_length=250, required=False
    )
    component = forms.CharField(
        label="Which component",
        help_text="Its key, such as model:default/credit-risk",
        max_length=200,
        required=False,
    )
    person = forms.CharField(
        label="Which person", help_text="Their user name", max_length=150, required=False
    )
    start = day_field("First day (UTC)", required=False)
    end = day_field("Last day (UTC)", required=False)
    reason = _words("Why?", "Such as the case, and who asked for it")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_component(self) -> str:
        """Return the key, if a component has it."""
        key: str = self.cleaned_data["component"].strip()
        if key and self.data.get("kind") == HoldScope.COMPONENT and component_for(self._user, key) is None:
            raise forms.ValidationError("No component has this key.")
        return key

    def clean_person(self) -> User | None:
        """Return the person named, if any, who may have left."""
        return _person(self.cleaned_data["person"])

    def clean_end(self) -> date | None:
        """Return the last day, after which there must be another."""
        end: date | None = self.cleaned_data["end"]
        if end == date.max:
            raise forms.ValidationError("Choose an earlier last day.")
        return end

    def scope(self) -> HoldScopeInput:
        """Return what the hold covers."""
        given = self.cleaned_data
        person, start, end = given.get("person"), given.get("start"), given.get("end")
        return HoldScopeInput(
            given.get("kind", ""),
            record=given.get("record", ""),
            component_key=given.get("component", ""),
            person=person.pk if person else None,
            start=datetime.combine(start, time.min, UTC) if start else None,
            end=datetime.combine(end + timedelta(days=1), time.min, UTC) if end else None,
        )


class PolicyForm(forms.Form):
    """For how long entries keep their content."""

    name = forms.CharField(
        label="Name of the policy",
        help_text="As people find it in your records schedule",
        max_length=120,
        required=False,
    )
    keep_years = forms.IntegerField(
        label="Years to keep entries",
        help_text="Leave it empty to keep everything",
        min_value=1,
        max_value=1000,
        required=False,
    )
    reason = _words("Why?", "Which rule asks for it")


class EraseForm(forms.Form):
    """Whose texts, or which. Both together erase what a person wrote, and what others wrote of them."""

    person = forms.CharField(
        label="Person", help_text="The user name of someone who has left", max_length=150, required=False
    )
    entries = forms.CharField(
        label="Entries",
        help_text="The numbers in the addresses of the entries, with spaces between them: 1042 1043",
        max_length=5000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = _words("Why?", "Say who asked, without their name. It stays with the record of the erasure.")

    def clean_person(self) -> User | None:
        """Return the person named, if any."""
        return _person(self.cleaned_data["person"])

    def clean_entries(self) -> list[int]:
        """Return the numbers of the entries named."""
        words = re.split(r"[\s,]+", self.cleaned_data["entries"].strip())
        named = [word for word in words if word]
        if any(not (word.isascii() and word.isdecimal() and len(word) < 19) for word in named):
            raise forms.ValidationError("Give the numbers of entries, such as 1042 1043.")
        if len(named) > MOST_ENTRIES:
            raise forms.ValidationError(f"Give at most {MOST_ENTRIES} entries at once.")
        return sorted({int(word) for word in named})

    def clean(self) -> dict[str, Any]:
        """Refuse an erasure that names nothing."""
        given = super().clean() or {}
        if not self.errors and not given.get("person") and not given.get("entries"):
            self.add_error("person", "Name a person, or some entries.")
        return given


def _person(name: str) -> User | None:
    found = person_named(name.strip()) if name.strip() else None
    if name.strip() and found is None:
        raise forms.ValidationError(_NOBODY)
    return found
