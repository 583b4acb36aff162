"""The form on which a person takes a signature back."""

from django import forms

from apps.web.forms.proving import ProofForm


class WithdrawForm(ProofForm):
    """Why, and proof of who takes it back. ``nonce`` names the showing of the page."""

    # Without one the service refuses, with a reason.
    nonce = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    note = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why do you take it back?",
        help_text="Those who sign with you read it. It stays on record with your signature.",
        error_messages={"required": "Say why you take it back, so that the others know."},
    )
    field_order = ("nonce", "note", "password", "code", "passkey")
