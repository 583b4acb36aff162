"""The form on which a person lets a change go ahead before everyone has signed."""

from django import forms

from apps.web.forms.proving import ProofForm


class GoAheadForm(ProofForm):
    """Why, for which incident, and proof of who does it. ``digest`` and ``nonce`` are of what the person was shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    nonce = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    reason = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why it cannot wait",
    )
    incident = forms.CharField(
        max_length=500,
        label="Address of the incident",
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("digest", "nonce", "reason", "incident", "password", "code", "passkey")
