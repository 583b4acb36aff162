"""The form on which a person signs several together."""

from collections.abc import Sequence
from typing import Any

from django import forms

from apps.approvals.models import Requirement
from apps.web.forms.proving import ProofForm


class TogetherForm(ProofForm):
    """Which of several are signed, what the person was shown of each (digest and nonce), and proof of who signs.

    To tick one is to confirm each point of its checklist.
    """

    chosen = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="What you sign",
        error_messages={"required": "Tick what you have checked. What is not ticked is not signed."},
    )

    def __init__(self, *args: Any, items: Sequence[Requirement], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["chosen"].choices = [(str(one.pk), str(one)) for one in items]  # type: ignore[attr-defined]
        for one in items:
            for name in (f"digest-{one.pk}", f"nonce-{one.pk}"):
                # Without them the service refuses that one, with a reason.
                self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    def picked(self) -> list[int]:
        """Return the numbers of those that are ticked, in order."""
        return [int(number) for number in self.cleaned_data["chosen"]]

    def shown(self, number: int) -> tuple[str, str]:
        """Return the digest and the nonce that were sent back for one."""
        return self.cleaned_data[f"digest-{number}"], self.cleaned_data[f"nonce-{number}"]
