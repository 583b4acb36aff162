"""The fields with which a person proves, again, who they are."""

from django import forms


class ProofForm(forms.Form):
    """A password, with the code of an app when the person has one; or the answer of a passkey.

    Nothing here is required by itself: ``apps.web.proving`` says what is missing.
    """

    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
        max_length=256,
        label="Your password",
    )
    code = forms.CharField(
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        label="Code from your app",
    )
    passkey = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)
