"""How django-allauth meets the portal: no open sign-up, and every sign-in in the ledger."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
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
        record_sign_in(user=user, method="password")

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
