"""Who wants to know that something of a kind was recorded."""

from collections.abc import Callable, Collection

from django.db import connection, transaction

Listener = Callable[[], None]

_listeners: list[tuple[frozenset[str], Listener]] = []


def on_recorded(types: Collection[str], listener: Listener) -> None:
    """Let an upper floor learn that an entry about an object of these types is in; called from ``AppConfig.ready``.

    It is called after the commit, once a transaction, however many entries that wrote. A portal that stops in
    between never calls it, and one that raises is only logged: what matters must be looked for now and then too.
    """
    if (frozenset(types), listener) not in _listeners:
        _listeners.append((frozenset(types), listener))


def tell(object_type: str) -> None:
    """Call the listeners of this type once this transaction is in."""
    for types, listener in _listeners:
        if object_type in types and not any(
            waiting is listener for _, waiting, *_ in connection.run_on_commit
        ):
            transaction.on_commit(listener, robust=True)
