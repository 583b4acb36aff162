"""Act as the owner of the tables, on the test's own connection: what the portal's login cannot do, a DBA can.

The scratch cluster lets the portal's login take the owner's role when it asks (tests/scratch.py); it inherits nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

from apps.audit.rules.privileges import LEDGER

ALWAYS_THERE = {"auth_permission", "django_content_type"}
"""Tables that say the same in every test."""
Rows = dict[str, bytes]
"""What tables hold, by name, as PostgreSQL copies it."""


def tables() -> list[str]:
    """Return the names of the tables that tests fill."""
    return sorted(set(connection.introspection.django_table_names(only_existing=True)) - ALWAYS_THERE)


@contextmanager
def as_owner() -> Iterator[None]:
    """Run the block as the owner of the tables, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT set_config('role', %s, true)", [settings.OWNER_DATABASE["USER"]])
        yield
        cursor.execute("SELECT set_config('role', 'none', true)")


@contextmanager
def unguarded(*tables: str) -> Iterator[None]:
    """Run the block as the owner, with the triggers of these tables (default: all of the ledger) switched off."""
    with as_owner(), connection.cursor() as cursor:
        guarded = list(tables or LEDGER)
        cursor.execute(
            "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
            " AND tgrelid = ANY (%s::regclass[])",
            [guarded],
        )
        triggers = cursor.fetchall()
        cursor.execute(";".join(f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name in triggers))
        yield
        cursor.execute(
            ";".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in triggers)
        )


def copy_out() -> Rows:
    """Return all rows of the tables that hold any."""
    found = {}
    with as_owner(), connection.cursor() as cursor:
        for table in tables():
            with cursor.copy(f"COPY {table} TO STDOUT") as rows:
                found[table] = b"".join(rows)
    return {table: rows for table, rows in found.items() if rows}


def copy_in(held: Rows) -> None:
    """Put rows back into empty tables, past all triggers. Sequences only go on, so no number comes twice."""
    with unguarded(*held), connection.cursor() as cursor:
        # Foreign keys may wait: in the end every row is there.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, rows in held.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(rows)
