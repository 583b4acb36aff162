"""What runs by itself for reviews."""

from celery import shared_task

from apps.reviews.services import remind_reviews


@shared_task
def task_remind_reviews() -> None:
    """Remind people of reviews and actions that are due or overdue; run by beat."""
    remind_reviews()
