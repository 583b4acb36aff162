"""Keeping what a change is found by: its number, title, words and components."""

from django.contrib.postgres.search import SearchVector
from django.db import connection
from django.db.models import Value

from apps.changes.models import Change


def next_number() -> int:
    """Return the next number of a change. A sequence gives it, so no two wait for each other; gaps may occur."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('changes_change_number')")
        row = cursor.fetchone()
    return int(row[0])


def write_search(change: Change) -> None:
    """Write the words that a change is found by, in one statement after one look at its components."""
    names = change.items.values_list("component__name", "component__title", "component__key")
    words = " ".join(part for row in names for part in row if part)
    vector = (
        _vector(f"{change.title} {change.ref} {change.number}", "A")
        + _vector(f"{change.summary} {change.outcome}", "B")
        + _vector(words, "C")
    )
    Change.objects.filter(pk=change.pk).update(search=vector)


def _vector(text: str, weight: str) -> SearchVector:
    return SearchVector(Value(text), weight=weight, config="english")
