"""Emptying the outbox.

Each attempt is claimed and counted in a transaction of its own before it starts, with the time of the next
one already set. So a worker that dies in the middle delays a message, and never loses it or tries it without end.
"""

import logging

from django.db import transaction

from apps.core import clock
from apps.outbox.handlers import handler_for
from apps.outbox.models import OutboxMessage
from apps.outbox.rules import is_exhausted, wait_after

_log = logging.getLogger(__name__)
_LONGEST_ERROR = 2_000


def deliver_due(limit: int = 100) -> int:
    """Deliver up to ``limit`` messages that are due, and return how many arrived."""
    arrived = 0
    for _ in range(limit):
        message = _claim()
        if message is None:
            break
        arrived += _deliver(message)
    return arrived


@transaction.atomic
def _claim() -> OutboxMessage | None:
    now = clock.now()
    due = OutboxMessage.objects.filter(delivered_at=None, dead_at=None, due_at__lte=now)
    message = due.order_by("due_at", "id").select_for_update(skip_locked=True).first()
    if message is not None:
        message.attempts += 1
        message.due_at = now + wait_after(message.attempts)
        message.save(update_fields=["attempts", "due_at"])
    return message


def _deliver(message: OutboxMessage) -> bool:
    try:
        with transaction.atomic():
            handler_for(message.topic)(message.key, message.payload)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the message is tried again
        _fail(message, error)
        return False
    message.delivered_at = clock.now()
    message.last_error = ""
    message.save(update_fields=["delivered_at", "last_error"])
    return True


def _fail(message: OutboxMessage, error: Exception) -> None:
    message.last_error = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR].replace("\x00", "")
    if is_exhausted(message.attempts):
        message.dead_at = clock.now()
        _log.error("Gave up %s after %s attempts: %s", message, message.attempts, message.last_error)
    else:
        wait = wait_after(message.attempts)
        _log.warning("Could not deliver %s, next attempt in %s: %s", message, wait, message.last_error)
    message.save(update_fields=["dead_at", "last_error"])
