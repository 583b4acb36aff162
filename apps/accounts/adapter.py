"""How sign-in behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: people are added by the organisation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
