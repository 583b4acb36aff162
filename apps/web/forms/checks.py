"""The form of a version of the checks."""

import json
from typing import Any

from django import forms

from apps.core.errors import Invalid
from apps.evidence.services.plans import LONGEST_REASON

LONGEST_DOCUMENT = 200_000


class ChecksForm(forms.Form):
    """A version of the checks as JSON, and why."""

    document = forms.CharField(
        label="The checks",
        help_text="As JSON. What a check may say stands below.",
        max_length=LONGEST_DOCUMENT,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code-edit", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label="Why",
        help_text="For whoever approves it, and for whoever reads it later.",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_document(self) -> Any:
        try:
            return json.loads(self.cleaned_data["document"])
        except (ValueError, RecursionError) as error:
            place = (
                f" Line {error.lineno}, column {error.colno}."
                if isinstance(error, json.JSONDecodeError)
                else ""
            )
            raise forms.ValidationError(f"This is not JSON.{place}") from error

    def add_problems(self, error: Invalid) -> None:
        """Say at the document what is wrong, each with its place; at the reason what is wrong there."""
        for place, messages in error.fields.items():
            for message in messages:
                if place in self.fields:
                    self.add_error(place, message)
                else:
                    self.add_error("document", f"{place}: {message}")
