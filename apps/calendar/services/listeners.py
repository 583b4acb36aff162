"""Who wants to know whose conflicts changed, and what was decided about them that has ended."""

from collections.abc import Callable

from django.db import transaction

from apps.calendar.models import Disposition
from apps.core.actors import Actor

Listener = Callable[[set[str], Actor], None]
EndListener = Callable[[Disposition, Actor], None]

_listeners: list[Listener] = []
_end_listeners: list[EndListener] = []


def on_conflicts_changed(listener: Listener) -> None:
    """Let an upper floor learn whose conflicts were found or cleared; called from its ``AppConfig.ready``.

    It is called with the booking references after the commit, outside the calendar's lock: a listener that
    locks a change could otherwise wait for someone who holds that change and waits for the calendar. A portal
    that stops in between never calls it, and one that raises is only logged: what matters must be swept too.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def tell(refs: set[str], actor: Actor) -> None:
    """Call the listeners once this transaction is in."""
    for listener in _listeners if refs else ():
        transaction.on_commit(lambda call=listener: call(refs, actor), robust=True)  # type: ignore[misc]


def on_disposition_ended(listener: EndListener) -> None:
    """Let an upper floor learn what has ended, in the transaction that ends it; called from its ``AppConfig.ready``.

    The calendar is held then: a listener locks nothing.
    """
    if listener not in _end_listeners:
        _end_listeners.append(listener)


def tell_ended(held: Disposition, actor: Actor) -> None:
    """Call the listeners of endings."""
    for listener in _end_listeners:
        listener(held, actor)
