"""What the fault tests run as processes of their own, against the test's database.

python -m tests.faults.worker DATABASE HOME write PREFIX COUNT
python -m tests.faults.worker DATABASE HOME seal SECONDS
"""

import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def seal(seconds: float) -> None:
    """Seal without a pause, in small batches."""
    from apps.audit.services import seal_pending, sealing

    sealing.BATCH_ROWS = 7
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seal_pending()
        time.sleep(0.02)


def main(database: str, home: str, seconds: str) -> None:
    """Set Django up for the test's database and do the work."""
    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.PORTAL_HOME = home
    django.setup()
    seal(float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
