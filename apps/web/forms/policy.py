"""The form on which a version of the approval policy is written."""

import json
import re
from typing import Any

from django import forms

from apps.core.canonical import DEEPEST, NotCanonical, canonical_bytes
from apps.core.errors import Invalid

LONGEST = 60_000
_PLACE = re.compile(r"rules\.(\d+)(?:\.(.+))?")


class PolicyForm(forms.Form):
    """The rules as JSON, and why they should change."""

    document = forms.CharField(
        label="The rules",
        help_text="In order: the first rule that asks a role for a component decides how many sign, and when.",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code-edit"}),
        error_messages={"required": "Write the rules."},
    )
    reason = forms.CharField(
        label="Why should they change?",
        help_text="Whoever approves them reads it.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why these rules should change."},
    )

    def clean_document(self) -> Any:
        """Return the JSON value, or say in which line it stops being JSON."""
        text: str = self.cleaned_data["document"]
        try:
            value = json.loads(text)
            canonical_bytes(value)
        except json.JSONDecodeError as error:
            message = f"Line {error.lineno}, column {error.colno}: this is not JSON. {error.msg}."
            raise forms.ValidationError(message) from error
        except RecursionError as error:
            raise forms.ValidationError(f"This nests more than {DEEPEST} deep.") from error
        except NotCanonical as error:
            raise forms.ValidationError(error.reason) from error
        return value

    def add_problems(self, error: Invalid) -> None:
        """Put what is wrong with the rules at the field, each with its line and its place in words."""
        for place, messages in error.fields.items():
            for message in messages:
                if place == "reason":
                    self.add_error("reason", message)
                else:
                    self.add_error("document", f"{_place(place, self.data.get('document', ''))}{message}")


def _place(name: str, text: str) -> str:
    """Return “Line 12, rule 3, quorum: ”: the line on which that rule says its id."""
    found = _PLACE.fullmatch(name)
    if found is None:
        return ""
    number, field = int(found[1]), found[2]
    said = f"rule {number}, {field}: " if field else f"rule {number}: "
    ids = [match.start() for match in re.finditer(r'"id"\s*:', text)]
    line = f"Line {text.count(chr(10), 0, ids[number - 1]) + 1}, " if number <= len(ids) else ""
    return line + said if line else said[:1].upper() + said[1:]
