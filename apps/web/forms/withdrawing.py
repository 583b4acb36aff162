"""The form on which a person takes a signature back."""

from django import forms


class WithdrawForm(forms.Form):
    """Why, and the password again."""

    note = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why do you take it back?",
        help_text="Those who sign with you read it. It stays on record with your signature.",
        error_messages={"required": "Say why you take it back, so that the others know."},
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
        max_length=256,
        label="Your password",
        help_text="So that nobody does this from a screen you left open.",
    )
