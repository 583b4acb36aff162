"""Tasks of the outbox."""

import logging

from celery import shared_task

from apps.outbox import services

_log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def task_deliver_outbox() -> None:
    """Deliver what is due. Every commit that left a message wakes it; beat runs it besides."""
    arrived = services.deliver_due()
    if arrived:
        _log.info("Delivered %s messages.", arrived)
