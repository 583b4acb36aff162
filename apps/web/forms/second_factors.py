"""Setting up a second factor, and signing in with one."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError

from apps.accounts.models import User
from apps.accounts.services import record_failed_sign_in
from apps.accounts.services.second_factors import LONGEST_NAME, NOT_THIS_PASSKEY
from apps.web.forms.proving import ProofForm


class CodeAppForm(ProofForm):
    """The first code of an app that is being set up, and proof of who sets it up."""

    first = forms.CharField(
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        label="Code that the app shows now",
        error_messages={"required": "Enter the six digits that the app shows."},
    )
    field_order = ("first", "password", "code", "passkey")


class PasskeyForm(ProofForm):
    """A name for a new passkey, what the device made, and proof of who adds it."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        label="Name",
        help_text="So that you know it again: work laptop, blue key.",
        error_messages={"required": "Give it a name, so that you know it again."},
    )
    made = forms.CharField(max_length=20_000, widget=forms.HiddenInput, required=False)
    field_order = ("name", "password", "code")


class SignInCodeForm(AuthenticateForm):
    """The code that is asked for after the password. A wrong one is written down, as a wrong password is."""

    user: User

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"].widget = forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        )

    def _emit_authentication_failed(self, authenticator: Any) -> None:
        record_failed_sign_in(username=self.user.username)


class CredentialField(forms.JSONField):
    """What a browser sends of a passkey."""

    def to_python(self, value: Any) -> Any:
        """Return the JSON value, or refuse what nests without end."""
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise ValidationError(NOT_THIS_PASSKEY) from error


class SignInPasskeyForm(AuthenticateWebAuthnForm):
    """The answer of a passkey that is asked for after the password."""

    credential = CredentialField(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        """Return the passkey that answered; refuse also what breaks the library that reads it."""
        try:
            return super().clean_credential()
        except (ValidationError, DatabaseError):
            raise
        except Exception as error:  # noqa: BLE001 - it lets through whatever happens in its parsers
            raise ValidationError(NOT_THIS_PASSKEY) from error
