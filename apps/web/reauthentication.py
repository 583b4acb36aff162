"""Proving who one is, again, before an act that binds."""

from allauth.core import ratelimit
from django.http import HttpRequest
from redis.exceptions import RedisError

from apps.web.reader import reader

ACTION = "reauthenticate"
WRONG = "This is not your password."
TOO_OFTEN = "You have tried too often. Wait a minute, then try again."
CANNOT_TELL = "We cannot check your password at this moment. Try again in a minute."


def password_problem(request: HttpRequest, password: str) -> str:
    """Return what is wrong with the password that a signed-in person gave, or nothing when it is theirs.

    Attempts are counted for each person by the sign-in suite's own limit. When they cannot be counted, nobody
    passes.
    """
    user = reader(request)
    try:
        counted = ratelimit.consume(request, action=ACTION, user=user)
    except RedisError:
        return CANNOT_TELL
    if not counted:
        return TOO_OFTEN
    if not user.check_password(password):
        return WRONG
    ratelimit.clear(request, action=ACTION, user=user)
    return ""
