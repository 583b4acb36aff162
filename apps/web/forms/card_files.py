"""The form that takes a file onto a model card."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.cards.rules.fields import LARGEST_FILE
from apps.cards.rules.formats import FORMATS

_MEGABYTE = 1024**2


class CardFileForm(forms.Form):
    """A file, and which format it is in."""

    file_name = ""

    file = forms.FileField(
        label="The file",
        help_text=f"A Hugging Face card (.md), or JSON of the Model Card Toolkit or of a CycloneDX ML-BOM."
        f" At most {LARGEST_FILE // _MEGABYTE} MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".md,.json,text/markdown,application/json"}),
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    format = forms.ChoiceField(
        label="Format",
        required=False,
        choices=[("", "Find out from the file"), *((each.name, each.label) for each in FORMATS.values())],
    )

    def clean_file(self) -> bytes:
        """Return the file's bytes; one that is too large is not read at all."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(f"The file has more than {LARGEST_FILE // _MEGABYTE} MB.")
        self.file_name = file.name or ""
        return file.read()
