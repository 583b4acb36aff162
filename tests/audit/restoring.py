"""A database restored from an older copy, as a backup would have it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

TABLES = ("audit_event", "audit_text", "audit_pending", "audit_leaf", "audit_tile", "audit_checkpoint")
GUARDED = ("audit_event", "audit_leaf")

Restore = Callable[[], None]


def backed_up() -> Restore:
    """Take a copy of the ledger's tables, and return what puts it back."""
    with connection.cursor() as cursor:
        copies = []
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            copies.append((table, [column.name for column in cursor.description], cursor.fetchall()))

    def restore() -> None:
        with transaction.atomic(), unguarded(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
            for table, columns, rows in copies:
                places = ", ".join(["%s"] * len(columns))
                for row in rows:
                    cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", row)

    return restore


@contextmanager
def unguarded() -> Iterator[None]:
    """Take the ledger's triggers away, as someone can who owns its tables."""
    with connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_change")
