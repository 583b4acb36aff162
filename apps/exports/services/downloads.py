"""Handing out the files of exports, and taking them away."""

from pathlib import Path

from django.db import transaction

from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, IllegalTransition
from apps.exports.enums import ExportState
from apps.exports.models import ExportJob
from apps.exports.selectors import export_for, file_of


@transaction.atomic
def fetch_export(*, actor: Actor, job: ExportJob) -> Path:
    """Return the file of an export for someone who takes it away. Each time is in the ledger.

    Raises:
        Forbidden: the actor may not see this export.
        IllegalTransition: it is not finished, or its link has ended.
    """
    if export_for(actor.user, job.ref) is None:
        raise Forbidden(f"{job.ref} is not yours to download.", remedy="Ask whoever asked for it.")
    path = file_of(job)
    if path is None:
        raise IllegalTransition(
            f"{job.ref} cannot be downloaded: it is not finished, or its link has ended.",
            remedy="Ask for the same export again.",
        )
    record_event(event="export.downloaded", actor=actor, obj=job, data={"sha256": job.sha256})
    return path


def remove_expired(*, actor: Actor) -> int:
    """Delete the files of exports whose time is over, and return how many."""
    over = ExportJob.objects.filter(state=ExportState.DONE, expires_at__lte=clock.now())
    for job in over:
        # The file goes first: a crash between the two is made good by the next run, which finds the job again.
        Path(job.path).unlink(missing_ok=True)
        with transaction.atomic():
            ExportJob.objects.filter(pk=job.pk).update(state=ExportState.EXPIRED, path="")
            record_event(event="export.expired", actor=actor, obj=job)
    return len(over)
