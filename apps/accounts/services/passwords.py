"""Proving who one is, again, before an act that binds (21 CFR 11.200)."""

from django.core.cache import cache
from redis.exceptions import RedisError

from apps.accounts.models import User

TRIES = 5
WITHIN_SECONDS = 60
WRONG = "This is not your password."
TOO_OFTEN = "You have tried too often. Wait a minute, then try again."
CANNOT_TELL = "We cannot check your password at this moment. Try again in a minute."


def password_problem(*, user: User, password: str) -> str:
    """Return what is wrong with the password that a signed-in person gave, or nothing when it is theirs.

    Five tries a minute are counted for each person, over pages and API together. When they cannot be counted,
    nobody passes.
    """
    key = f"password-tries:{user.pk}"
    try:
        cache.add(key, 0, WITHIN_SECONDS)
        if cache.incr(key) > TRIES:
            return TOO_OFTEN
    except (RedisError, ValueError):
        return CANNOT_TELL
    if not user.check_password(password):
        return WRONG
    cache.delete(key)
    return ""
