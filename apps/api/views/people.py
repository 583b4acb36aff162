"""People whom a call names."""

from collections.abc import Sequence

from apps.accounts.models import User
from apps.accounts.selectors import active_people
from apps.core.errors import Invalid


def named(usernames: Sequence[str], field: str) -> tuple[User, ...]:
    """Return the active people with these usernames; one query. Raises Invalid, at the field, when one is nobody's."""
    known = {user.username: user for user in active_people().filter(username__in=usernames)}
    for username in usernames:
        if username not in known:
            raise Invalid({field: [f"There is no active person “{username}”."]})
    return tuple(dict.fromkeys(known[username] for username in usernames))
