"""The form on which a person decides."""

from typing import Any

from django import forms

from apps.approvals.enums import DECISIONS, SignatureDecision
from apps.approvals.models import Requirement
from apps.approvals.rules.checklists import checklist, unchecked
from apps.web.forms.proving import ProofForm


class SigningForm(ProofForm):
    """A decision, what was checked, a note, and proof of who signs.

    ``digest`` is what the person was shown, and ``nonce`` names that showing.
    """

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    # Without one the service refuses, with a reason.
    nonce = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    decision = forms.ChoiceField(
        choices=[(one.value, one.label) for one in DECISIONS],
        widget=forms.RadioSelect,
        label="Your decision",
        error_messages={"required": "Choose whether you approve, reject or abstain."},
    )
    checked = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="I have checked that"
    )
    note = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), label="Note for the record"
    )
    field_order = ("digest", "nonce", "decision", "checked", "note", "password", "code", "passkey")

    def __init__(self, *args: Any, asked: Requirement, **more: Any) -> None:
        super().__init__(*args, **more)
        self.role, self.subject = asked.role, asked.round.subject_type
        self.fields["checked"].choices = [(each, each) for each in checklist(self.role, self.subject)]  # type: ignore[attr-defined]

    def clean_checked(self) -> list[str]:
        """Ask for each point when approving, at the field, as the service would."""
        checked: list[str] = self.cleaned_data["checked"]
        if self.cleaned_data.get("decision") == SignatureDecision.APPROVE and unchecked(
            self.role, self.subject, checked
        ):
            raise forms.ValidationError("Confirm each point, or reject.")
        return checked

    def clean_note(self) -> str:
        """Ask for a reason when rejecting or abstaining, at the field, as the service would."""
        note: str = self.cleaned_data["note"]
        if self.cleaned_data.get("decision") == SignatureDecision.REJECT and not note:
            raise forms.ValidationError("Give a reason, so that the requester knows what to change.")
        if self.cleaned_data.get("decision") == SignatureDecision.ABSTAIN and not note:
            raise forms.ValidationError("Give a reason, so that the others know why you do not decide.")
        return note
