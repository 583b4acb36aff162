"""Counting several things in one statement."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def counts(*rows: QuerySet[Any, Any]) -> list[int]:
    """Return how many rows each query gives; one statement for them all."""
    parts: list[str] = []
    params: list[Any] = []
    for each in rows:
        try:
            sql, given = each.values("pk").query.sql_with_params()
        except EmptyResultSet:
            sql, given = "SELECT 1 WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({sql}) counted)")
        params += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())
