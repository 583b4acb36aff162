"""Sign-in for machines: ``Authorization: Bearer <token>``."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.models import ApiToken, User
from apps.accounts.services import authenticate_token
from apps.core import actors
from apps.core.actors import Actor


class BearerToken(BaseAuthentication):
    """Take a portal token. A missing, unknown, revoked or expired one never says which it is."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = authenticate_token(secret.strip())
        if token is None:
            raise AuthenticationFailed(
                "This token is not valid. It may have been revoked, or it has expired."
            )
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="Countersign"'


def person_of(request: Request) -> User:
    """Return the person whom a signed-in call acts for."""
    assert isinstance(request.user, User)
    return request.user


def actor_of(request: Request) -> Actor:
    """Return the actor of a call: the token, with the person who answers for it."""
    assert isinstance(request.auth, ApiToken)
    return actors.token(person_of(request), request.auth.prefix)
