"""Jobs of the changes, run by Celery beat."""

import logging

from celery import shared_task

from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import waiting_to_settle, window_passed
from apps.changes.services import (
    compare_contracts,
    end_overdue,
    expire_change,
    refresh_if_due,
    remind_of_windows,
    say_what_was_not_said,
    send_due_messages,
    settle_all,
    tell_to_hold,
    withdraw_moot,
)
from apps.core import actors

_log = logging.getLogger(__name__)


@shared_task
def task_expire_changes() -> int:
    """Expire every change whose window has passed without a start, and return how many. One that fails is logged."""
    expired = 0
    for pk in window_passed():
        try:
            change = expire_change(actor=actors.system("clock"), change=Change.objects.get(pk=pk))
            expired += change.state == ChangeState.EXPIRED
        except Exception:
            _log.exception("Change %s could not be expired.", pk)
    if expired:
        _log.info("expired %d changes", expired)
    return expired


@shared_task
def task_settle_changes() -> int:
    """Approve what nothing keeps any more, and return how many.

    The calendar says so after its commit; this finds what was left when the portal stopped in between.
    """
    return settle_all(actor=actors.system("calendar"), ids=waiting_to_settle())


@shared_task
def task_remind_of_windows() -> int:
    """Tell people of the windows that open within a day, until nobody is left to tell; return how many windows."""
    windows = 0
    while told := remind_of_windows():
        windows += told
    return windows


@shared_task
def task_send_messages() -> int:
    """Send the messages of communication plans that are due, and return how many."""
    return send_due_messages(actor=actors.system("messages"))


@shared_task
def task_refresh_changes() -> int:
    """Ask again what the world has overtaken, and return how many changes were taken up again."""
    return refresh_if_due(actor=actors.system("refresh"))


@shared_task
def task_end_waivers() -> int:
    """Write down which waivers are over, withdraw those that nothing asks for, and tell both sides; return how many."""
    actor = actors.system("calendar")
    return end_overdue(actor=actor) + withdraw_moot(actor=actor)


@shared_task
def task_follow_freezes() -> int:
    """Say what becomes of changes that a freeze fell on unsaid, and tell those in flight to hold; return how many."""
    actor = actors.system("calendar")
    return say_what_was_not_said(actor=actor) + tell_to_hold(actor=actor)


@shared_task
def task_compare_contracts() -> int:
    """Compare the new versions of contracts that wait for it, and return how many."""
    return compare_contracts(actor=actors.system("contracts"))
