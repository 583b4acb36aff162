"""A database restored from an older copy, as a backup would have it."""

from collections.abc import Callable

from django.db import connection

from tests.dba import unguarded

TABLES = (
    "audit_event",
    "audit_text",
    "audit_pending",
    "audit_leaf",
    "audit_tile",
    "audit_checkpoint",
    "audit_anchor",
)

Restore = Callable[[], None]


def backed_up() -> Restore:
    """Take a copy of the ledger's tables, and return what puts it back."""
    with connection.cursor() as cursor:
        copies = []
        for table in TABLES:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                " AND NOT attisdropped AND attgenerated = ''",
                [table],
            )
            columns = [name for (name,) in cursor.fetchall()]
            cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")
            copies.append((table, columns, cursor.fetchall()))

    def restore() -> None:
        with unguarded(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
            for table, columns, rows in copies:
                places = ", ".join(["%s"] * len(columns))
                for row in rows:
                    cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", row)

    return restore
