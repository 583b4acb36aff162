"""Guard the ledger's tables from the portal's own login: who owns them, and what the others may do to them.

The tables belong to an owner, whose login migrations alone use. The portal runs as another login, which can add to
the ledger and read it. ``settings.LEDGER_ROLE`` names the keeper, a role without a login: it alone takes entries from
the queue, writes leaves, tiles, checkpoints and tombstones, and erases texts. Without that setting one login does
everything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend
from psycopg import sql

from apps.audit.rules.privileges import KEEPERS_FUNCTION, grants

_TABLES = """
SELECT relname, relkind = 'S' FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'S') AND pg_has_role(relowner, 'USAGE')
ORDER BY relname
"""


class RolesUnclear(Exception):
    """The settings name some of the three roles only. The message says which is missing."""


def roles_are_set() -> bool:
    """Tell whether owner, runtime login and keeper are three.

    Raises:
        RolesUnclear: there is an owner of its own and no keeper, or a keeper and no owner of its own.
    """
    owner, runtime = settings.OWNER_DATABASE["USER"], settings.DATABASES[DEFAULT_DB_ALIAS]["USER"]
    if settings.LEDGER_ROLE and (not runtime or owner == runtime):
        raise RolesUnclear(
            "LEDGER_ROLE is set, so OWNER_DATABASE_URL must name the login that owns the tables."
        )
    if owner != runtime and not settings.LEDGER_ROLE:
        raise RolesUnclear(
            "OWNER_DATABASE_URL is set, so LEDGER_ROLE must name the role that seals the ledger."
        )
    return bool(settings.LEDGER_ROLE)


@contextmanager
def owner_connection() -> Iterator[BaseDatabaseWrapper]:
    """Make ``connection`` that of the tables' owner, for this thread and for as long as the block runs."""
    runtime = connections[DEFAULT_DB_ALIAS]
    runtime.close()
    owner = _wrapper(settings.OWNER_DATABASE | {"NAME": runtime.settings_dict["NAME"]})
    owner.settings_dict["TEST"] = runtime.settings_dict["TEST"]
    connections[DEFAULT_DB_ALIAS] = owner
    try:
        yield owner
    finally:
        owner.close()
        connections[DEFAULT_DB_ALIAS] = runtime


def _wrapper(database: dict[str, Any]) -> BaseDatabaseWrapper:
    whole = connections.configure_settings({DEFAULT_DB_ALIAS: database})[DEFAULT_DB_ALIAS]
    made: BaseDatabaseWrapper = load_backend(whole["ENGINE"]).DatabaseWrapper(whole, DEFAULT_DB_ALIAS)
    return made


@transaction.atomic
def grant_privileges() -> None:
    """Give the runtime login and the keeper exactly what ``rules.privileges`` says, and take the rest away.

    It runs as the owner, in one transaction: whoever works meanwhile is never without a right that he keeps.
    """
    runtime, keeper = settings.DATABASES[DEFAULT_DB_ALIAS]["USER"], settings.LEDGER_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        names = {
            "schema": sql.Identifier(cursor.fetchone()[0]),
            "runtime": sql.Identifier(runtime),
            "keeper": sql.Identifier(keeper),
        }
        cursor.execute(_TABLES)
        rows = cursor.fetchall()
        for statement, name in _statements(rows):
            cursor.execute(sql.SQL(statement).format(**names, name=sql.Identifier(name)))


def _statements(rows: list[tuple[str, bool]]) -> Iterator[tuple[str, str]]:
    """Yield each statement and the table or sequence it is about. A role cannot be a parameter, so they are texts."""
    yield "GRANT USAGE ON SCHEMA {schema} TO {runtime}, {keeper}", ""
    yield f"GRANT EXECUTE ON FUNCTION {KEEPERS_FUNCTION} TO {{keeper}}", ""
    for name, is_sequence in rows:
        if is_sequence:
            yield "GRANT USAGE ON SEQUENCE {name} TO {runtime}", name
            continue
        yield "REVOKE ALL ON TABLE {name} FROM {runtime}, {keeper}", name
        for role, verbs in grants(name):
            yield f"GRANT {', '.join(verbs)} ON TABLE {{name}} TO {{{role}}}", name
