"""Background work of the calendar."""

from celery import shared_task

from apps.calendar.services import recheck_if_due
from apps.core import actors


@shared_task
def task_recheck_conflicts() -> None:
    """Check all live bookings when the graph moved or the last whole check is old. Beat calls it often."""
    recheck_if_due(actor=actors.system("calendar"))
