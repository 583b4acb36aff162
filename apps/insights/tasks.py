"""Jobs of what people read, run by Celery beat."""

from celery import shared_task

from apps.insights.services import count_decisions, send_briefings, send_digests


@shared_task
def task_send_digests() -> int:
    """Tell people once a week what touches what their teams own, and return how many were told."""
    return send_digests()


@shared_task
def task_send_briefings() -> int:
    """Send the briefing of the week to those who asked for it, and return how many got it."""
    return send_briefings()


@shared_task
def task_count_decisions() -> int:
    """Take what was decided into what the dashboards read, and return how many decisions there were."""
    return count_decisions()
