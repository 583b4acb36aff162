"""Numbers of templates and documents."""

from django.db import connection
from django.db.models import Max, Model

NUMBERING = 0x504C4159  # the lock under which templates and documents get their numbers


def next_number(model: type[Model]) -> int:
    """Return the next number of a model, held until the transaction ends so that nobody else takes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
    last = model._default_manager.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
