"""What Celery runs for training."""

from celery import shared_task

from apps.core import actors
from apps.playbooks.services import remind_of_training


@shared_task
def task_remind_of_training() -> int:
    """Tell people which of their courses run out within a month, and return how many do."""
    return remind_of_training(actor=actors.system("training"))
