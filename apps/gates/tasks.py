"""What Celery runs for the gates."""

from celery import shared_task

from apps.core import actors
from apps.gates.services import warn_of_ending_waivers


@shared_task
def task_warn_of_ending_waivers() -> int:
    """Tell people which waivers of rules end within a week, and return how many."""
    return warn_of_ending_waivers(actor=actors.system("approvals"))
