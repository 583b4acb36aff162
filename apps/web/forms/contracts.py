"""The form that proposes a new version of a contract."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.catalog.models import Contract
from apps.evidence.enums import ContractKind
from apps.evidence.rules.contracts import MOST_BYTES

_MOST = MOST_BYTES // 1024**2
_KINDS = ", ".join(label for _, label in ContractKind.choices)


class ContractForm(forms.Form):
    """Which contract, and its new definition. What is wrong with the file, the service says."""

    contract = forms.ChoiceField(label="Contract")
    file = forms.FileField(
        label="The new definition",
        help_text=f"The whole file, not the difference; at most {_MOST} MB. Read are: {_KINDS}.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )

    def __init__(self, *args: Any, contracts: Iterable[Contract], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.key, f"{one}, {one.key}") for one in contracts]
        self.fields["contract"].choices = choices  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        """Refuse what is too large before it is read."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(f"Send at most {_MOST} MB.")
        return file
