"""What Celery runs for the gates."""

from celery import shared_task

from apps.core import actors
from apps.gates.services import rehearse, resume_rehearsals, warn_of_ending_waivers


@shared_task
def task_warn_of_ending_waivers() -> int:
    """Tell people which waivers of rules end within a week, and return how many."""
    return warn_of_ending_waivers(actor=actors.system("approvals"))


@shared_task
def task_rehearse(*, rehearsal_id: int) -> None:
    """Judge a part of the last year's changes by a draft of the rules."""
    rehearse(actor=actors.system("rules"), rehearsal_id=rehearsal_id)


@shared_task
def task_resume_rehearsals() -> int:
    """Hand over again the dry runs that a worker or the broker has lost, and return how many."""
    return resume_rehearsals()
