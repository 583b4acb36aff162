"""How django-allauth meets the portal: no open sign-up, every sign-in in the ledger, secrets encrypted."""

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.services import (
    record_failed_sign_in,
    record_password_change,
    record_sign_in,
    record_sign_out,
)


class AccountAdapter(DefaultAccountAdapter):
    """Overrides of the framework's own hooks; a signal would do the same where nobody looks for it."""

    def is_open_for_signup(self, request: Any) -> bool:
        """Return False: people are created by operators."""
        return False

    def login(self, request: Any, user: User) -> None:
        """Sign in, and say so in the ledger."""
        super().login(request, user)
        record_sign_in(user=user, method=_method(request, user))

    def logout(self, request: Any) -> None:
        """Sign out, and say so in the ledger."""
        user = request.user
        super().logout(request)
        if isinstance(user, User):
            record_sign_out(user=user)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        """Take a new password, and say so in the ledger."""
        super().set_password(user, password)
        record_password_change(user=user)

    def authentication_failed(self, request: Any, **credentials: Any) -> None:
        """Keep the framework's counting, and write the failure down."""
        super().authentication_failed(request, **credentials)
        record_failed_sign_in(username=str(credentials.get("username") or credentials.get("email") or ""))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the password alone: pages that bind ask for a second factor in their own form."""
        return [one for one in super().get_reauthentication_methods(user) if one["id"] == "reauthenticate"]


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: the name of the portal, and secrets that a copy of the database does not hold."""

    def _get_site_name(self) -> str:
        return "Countersign"

    def encrypt(self, text: str) -> str:
        """Return a secret as the database keeps it."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that ``encrypt`` made. One of a lost ``SECRET_KEY`` becomes a secret that no app has."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _cipher() -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"countersign second factors")
    return Fernet(base64.urlsafe_b64encode(key.derive(str(settings.SECRET_KEY).encode())))


def _method(request: Any, user: User) -> str:
    """Return how a person has just signed in: with a password alone, or with a second factor too."""
    kinds = {record.get("type") for record in get_authentication_records(request, user)}
    return "passkey" if "webauthn" in kinds else "code" if "totp" in kinds else "password"
