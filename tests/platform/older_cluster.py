"""Make a cluster as earlier versions had it, with one login for everything, bring it over, and report what came of it.

Run by the tests as a process of its own, with a PORTAL_HOME of its own. It writes one JSON object.
"""

import json
import os
import sys
from typing import Any

import psycopg

from portal import embedded
from portal.embedded import postgres
from portal.home import secret

ROLES = """
SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls,
       (SELECT array_agg(format('%s inherit %s', m.roleid::regrole, m.inherit_option))
          FROM pg_auth_members m WHERE m.member = r.oid)
FROM pg_roles r WHERE rolname LIKE 'portal%' ORDER BY rolname
"""
DATABASE = "SELECT pg_get_userbyid(datdba), datacl::text FROM pg_database WHERE datname = 'portal'"


def make_older() -> None:
    """Leave a running server with the one role, its database and a table in it."""
    postgres._start_server()
    password = secret(postgres.PASSWORD_FILES[postgres.SUPERUSER])
    with postgres.connect("postgres", postgres.SUPERUSER) as superuser:
        superuser.execute(f"CREATE ROLE portal LOGIN CREATEDB PASSWORD '{password}'")
        superuser.execute("CREATE DATABASE portal OWNER portal")
    with as_older() as portal:
        portal.execute("CREATE TABLE kept (x int)")
        portal.execute("INSERT INTO kept VALUES (7)")


def as_older() -> psycopg.Connection:
    """Connect as earlier versions did: as ``portal``, with the superuser's password."""
    wanted = postgres.settings()
    return psycopg.connect(
        dbname="portal",
        user="portal",
        password=secret(postgres.PASSWORD_FILES[postgres.SUPERUSER]),
        host=wanted["HOST"],
        port=wanted["PORT"],
        autocommit=True,
    )


def refused(statement: str) -> bool:
    """Tell whether the runtime login is refused a statement."""
    with postgres.connect("portal", postgres.RUNTIME) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


def known() -> list[Any]:
    """Return the roles and the database as the server knows them."""
    with postgres.connect("postgres", postgres.SUPERUSER) as connection:
        return [*connection.execute(ROLES), *connection.execute(DATABASE)]


def old_password_works() -> bool:
    try:
        as_older().close()
    except psycopg.OperationalError:
        return False
    return True


def main() -> dict[str, Any]:
    """Bring the older cluster over, migrate it, start it again, and report."""
    make_older()
    embedded.acquire()
    import django
    from django.core.management import call_command
    from django.db import connection

    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    closed_before = refused("TABLE kept")
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, x FROM kept")
        kept = cursor.fetchone()
    connection.close()
    first = known()
    postgres.start()
    return {
        "roles": first,
        "again": known() == first,
        "old_password": old_password_works(),
        "closed_before": closed_before,
        "kept": kept,
        "refused": [
            refused(statement)
            for statement in ("SET ROLE portal", "CREATE TEMP TABLE t (x int)", "CREATE DATABASE mine")
        ],
    }


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
    embedded.release()
