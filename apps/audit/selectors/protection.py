"""Is the ledger guarded from the login that asks?"""

from django.db import connection

from apps.audit.rules.privileges import forbidden


def ledger_is_protected() -> bool:
    """Tell whether the portal's database login lacks every right over the ledger's tables that it should lack.

    The database is asked, not the settings: one login for everything, a superuser, and a right that somebody gave
    by hand all answer False.
    """
    tables, verbs = zip(*forbidden(), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT bool_or(has_table_privilege(f.name, f.verb))"
            " FROM unnest(%s::text[], %s::text[]) AS f(name, verb)",
            [list(tables), list(verbs)],
        )
        (protected,) = cursor.fetchone()
    return bool(protected)
