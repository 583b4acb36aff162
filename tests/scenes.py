"""Scenes that take long to build and that all tests of a module begin with."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from apps.catalog.selectors import forget_graph


def empty() -> None:
    """Empty the database, and forget what was read from it."""
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
    cache.clear()
    forget_graph()


@contextmanager
def standing(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let what is written within stand for all tests of a module, and empty the database at the end.

    Each test changes it in a transaction of its own, which is rolled back. So none of them may be a transactional
    one, which would empty the database for the others. Objects that a test changes need reading anew or copying.
    """
    cache.clear()
    with blocker.unblock():
        try:
            yield
        finally:
            empty()
