"""What runs by itself for model cards."""

from celery import shared_task

from apps.cards.services import remind_of_validation


@shared_task
def task_remind_of_validation() -> int:
    """Tell people which versions are due to be validated, and return of how many; run by beat."""
    return remind_of_validation()
