"""How sign-in behaves here."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: people are added by the organisation."""

    def is_open_for_signup(self, request: object) -> bool:
        return False
