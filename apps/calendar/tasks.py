"""Background work of the calendar."""

from celery import shared_task

from apps.calendar.services import extend_periods, prove_conflicts, recheck_if_due
from apps.core import actors


@shared_task
def task_recheck_conflicts() -> None:
    """Check all live bookings when the graph or the rulebook has changed. Beat calls it often."""
    recheck_if_due(actor=actors.system("calendar"))


@shared_task
def task_prove_conflicts() -> None:
    """Check everything each night; it must find nothing new."""
    actor = actors.system("calendar")
    extend_periods(actor=actor)
    prove_conflicts(actor=actor)
