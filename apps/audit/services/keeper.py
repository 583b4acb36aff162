"""Take the keeper's role: it alone may take entries from the queue, write the tree, erase texts
and retire old entries.

That stops a mistake and an injected statement, for the portal's login has no such right of its own. It does not stop
code that runs inside the portal: that could take the role too.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

# What ``SET LOCAL ROLE`` does, in a form that takes a parameter and shares a statement. It ends with the transaction.
TAKE = "set_config('role', %s, true)"


def role() -> str:
    """Return the keeper's name for ``TAKE``; ``none``, which changes nothing, where one login does everything."""
    return settings.LEDGER_ROLE or "none"


@contextmanager
def as_keeper() -> Iterator[None]:
    """Run the block as the keeper, inside the caller's transaction or one of its own.

    The keeper may do to the ledger what ``rules.privileges`` says, such as DELETE from ``audit_text``, and nothing of
    what the portal's login may do elsewhere: put only what needs it into the block.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {TAKE}", [role()])
        yield
        cursor.execute(f"SELECT {TAKE}", ["none"])
