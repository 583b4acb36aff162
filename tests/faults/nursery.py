"""Processes to kill. One that has everything loaded forks them on demand, which costs no start of Python.

As a program, ``python -m tests.faults.nursery DATABASE HOME``, it works on a test's own database: for each line of its
input it forks a sealer, and answers with its process id.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable

SEAL_EVERY_SECONDS = 0.02
FEW_ROWS = 7
REFUSED = 3
"""The exit status of a sealer that met a broken ledger."""
_inherited: list[object] = []
"""What a child must not use and not close: it is the parent's."""


def fork(work: Callable[[], None]) -> int:
    """Run ``work`` in a forked child with a database connection of its own, and return the child's id."""
    from django.db import connection

    connection.close()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        # Where Playwright's loop runs, the parent's connection is another than the one that the child finds: that of
        # the thread, which the parent holds open. Two on one socket would keep a killed child's transaction alive.
        _inherited.append(connection.connection)
        connection.connection = None
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def seal_for_ever() -> None:
    """Seal in small batches. A database that goes away is asked again; a broken ledger ends the process."""
    from django.db import DatabaseError, connection

    from apps.audit.services import LedgerBroken, seal_pending, sealing

    sealing.BATCH_ROWS = FEW_ROWS
    while True:
        try:
            seal_pending()
        except DatabaseError:
            connection.close()
        except LedgerBroken:
            traceback.print_exc()
            os._exit(REFUSED)
        time.sleep(SEAL_EVERY_SECONDS)


def main(database: str, home: str) -> None:
    """Fork a sealer for each line of the input, and end with it. The children end with their killer."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.PORTAL_HOME = home
    django.setup()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        print(fork(seal_for_ever), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
