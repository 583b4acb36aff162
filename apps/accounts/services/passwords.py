"""Proving who one is, again, before an act that binds (21 CFR 11.200)."""

from allauth.mfa.models import Authenticator
from django.core.cache import cache
from redis.exceptions import RedisError

from apps.accounts.models import User

TRIES = 5
WITHIN_SECONDS = 60
WRONG = "This is not your password."
WRONG_CODE = "This is not the code that your app shows now. Each code serves once: enter the next one."
TOO_OFTEN = "You have tried too often. Wait a minute, then try again."
CANNOT_TELL = "We cannot check your password at this moment. Try again in a minute."


def password_problem(*, user: User, password: str) -> str:
    """Return what is wrong with the password that a signed-in person gave, or nothing when it is theirs.

    Five tries a minute are counted for each person, over pages and API together. When they cannot be counted,
    nobody passes.
    """
    key = f"password-tries:{user.pk}"
    if problem := _counted(key):
        return problem
    if not user.check_password(password):
        return WRONG
    cache.delete(key)
    return ""


def code_problem(*, user: User, code: str) -> str:
    """Return what is wrong with the code of a person's app, or nothing (RFC 6238). A code serves once.

    Tries are counted as for passwords.
    """
    key = f"code-tries:{user.pk}"
    if problem := _counted(key):
        return problem
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None or not app.wrap().validate_code(code):
        return WRONG_CODE
    app.record_usage()
    cache.delete(key)
    return ""


def _counted(key: str) -> str:
    """Count a try, and return why it is not let through, or nothing."""
    try:
        cache.add(key, 0, WITHIN_SECONDS)
        return TOO_OFTEN if cache.incr(key) > TRIES else ""
    except (RedisError, ValueError):
        return CANNOT_TELL
