"""What the fault tests run as processes of their own, against the test's database.

python -m tests.faults.worker DATABASE HOME write PREFIX COUNT
python -m tests.faults.worker DATABASE HOME seal SECONDS
"""

import os
import random
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def write(prefix: str, count: int) -> None:
    """Record entries in transactions that last for random times, so that they commit out of order."""
    from django.db import transaction

    from apps.audit.services import record_event
    from apps.core import actors

    chance = random.Random(prefix)
    for number in range(count):
        with transaction.atomic():
            record_event(
                event="thing.noted",
                actor=actors.system(prefix),
                obj=("thing", f"{prefix}-{number % 3}" if number % 2 else "shared"),
                data={"n": number},
            )
            time.sleep(chance.random() * 0.02)


def seal(seconds: float) -> None:
    """Seal without a pause, in small batches."""
    from apps.audit.services import seal_pending, sealing

    sealing.BATCH_ROWS = 7
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seal_pending()
        time.sleep(0.005)


def main(database: str, home: str, what: str, *arguments: str) -> None:
    """Set Django up for the test's database and do the work."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.PORTAL_HOME = home
    django.setup()
    if what == "write":
        write(arguments[0], int(arguments[1]))
    else:
        seal(float(arguments[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
