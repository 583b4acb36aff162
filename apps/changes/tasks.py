"""Jobs of the changes, run by Celery beat."""

import logging

from celery import shared_task

from apps.changes.models import Change
from apps.changes.selectors import window_passed
from apps.changes.services import expire_change, remind_of_windows
from apps.core import actors

_log = logging.getLogger(__name__)


@shared_task
def task_expire_changes() -> int:
    """Expire every change whose window has passed without a start, and return how many."""
    expired = 0
    for pk in window_passed():
        expire_change(actor=actors.system("clock"), change=Change.objects.get(pk=pk))
        expired += 1
    if expired:
        _log.info("expired %d changes", expired)
    return expired


@shared_task
def task_remind_of_windows() -> int:
    """Tell people of the windows that open within a day."""
    return remind_of_windows()
