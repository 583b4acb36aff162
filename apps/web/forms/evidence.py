"""The form that takes evidence."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.changes.models import ChangeItem
from apps.evidence.enums import Stage
from apps.evidence.rules import MOST_BYTES, known_formats


class EvidenceForm(forms.Form):
    """A file that a tool wrote, and what it cannot say itself."""

    file = forms.FileField(
        label="The file",
        help_text=f"As the tool wrote it, at most {MOST_BYTES // 1_000_000} MB. Read are: {known_formats()}.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    component = forms.ChoiceField(label="What was measured")
    measured_at = forms.DateTimeField(
        label="Measured at",
        help_text="By your clock. Only where the file does not say it itself.",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    artifact = forms.CharField(
        label="Artifact",
        help_text="The SHA-256 of what was measured. Before deployment, only evidence with it counts.",
        required=False,
        max_length=71,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    stage = forms.ChoiceField(
        label="Stage", choices=[("", "Whichever asks for it"), *Stage.choices], required=False
    )
    source_url = forms.URLField(
        label="Link to the run",
        help_text="Where it was measured, for people. It is never fetched.",
        required=False,
        max_length=500,
        assume_scheme="https",
    )

    def __init__(self, *args: Any, items: list[ChangeItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(item.component.key, f"{item.component} {item.to_version.version}") for item in items]
        self.fields["component"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        """Refuse what is too large before it is read."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"Send at most {MOST_BYTES // 1_000_000} MB.")
        return file
