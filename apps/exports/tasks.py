"""Tasks of exports."""

from celery import shared_task

from apps.core.actors import system
from apps.exports import services


@shared_task(ignore_result=True)
def task_write_export(*, export_id: int) -> None:
    """Write the file of a requested export."""
    services.write_requested_export(export_id=export_id)


@shared_task(ignore_result=True)
def task_resume_exports() -> None:
    """Hand over again the exports that a worker or the broker has lost."""
    services.resume_exports()


@shared_task(ignore_result=True)
def task_remove_expired_exports() -> None:
    """Delete the files of exports whose time is over."""
    services.remove_expired(actor=system("exporter"))


@shared_task(ignore_result=True)
def task_watch_ledger() -> None:
    """Tell the people who watch over the ledger when it is not what was signed."""
    services.warn_of_ledger_trouble()
