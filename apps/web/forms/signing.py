"""The form on which a person decides."""

from django import forms

from apps.approvals.enums import DECISIONS, SignatureDecision


class SigningForm(forms.Form):
    """A decision, a note, and the password again. ``digest`` is what the person was shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    decision = forms.ChoiceField(
        choices=[(one.value, one.label) for one in DECISIONS],
        widget=forms.RadioSelect,
        label="Your decision",
        error_messages={"required": "Choose whether you approve, reject or abstain."},
    )
    note = forms.CharField(
        required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}), label="Note for the record"
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
        max_length=256,
        label="Your password",
    )

    def clean_note(self) -> str:
        """Ask for a reason when rejecting or abstaining, at the field, as the service would."""
        note: str = self.cleaned_data["note"]
        if self.cleaned_data.get("decision") == SignatureDecision.REJECT and not note:
            raise forms.ValidationError("Give a reason, so that the requester knows what to change.")
        if self.cleaned_data.get("decision") == SignatureDecision.ABSTAIN and not note:
            raise forms.ValidationError("Give a reason, so that the others know why you do not decide.")
        return note
