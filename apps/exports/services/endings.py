"""How an export ends: finished, failed or cancelled. Each is in the ledger, and each comes once.

A worker that writes and a person who cancels may meet: whoever ends the export first has it, and the other's
update finds no export in an open state.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from apps.audit.services import record_event
from apps.core import clock
from apps.core.actors import Actor, system
from apps.core.errors import IllegalTransition, PortalError
from apps.exports.enums import ExportFormat, ExportState
from apps.exports.models import ExportJob
from apps.exports.selectors import may_cancel
from apps.exports.services.files import Finished, part_of
from apps.outbox.services import notify

OPEN = (ExportState.QUEUED, ExportState.RUNNING)
WRITER_LOCK = 0xE4B0
SUFFIX = {
    ExportFormat.BUNDLE: "zip",
    ExportFormat.PDF: "pdf",
    ExportFormat.XLSX: "xlsx",
    ExportFormat.CSV: "csv",
    ExportFormat.JSONL: "jsonl",
}
_EXPORTER = system("exporter")


class Cancelled(PortalError):
    """Someone cancelled the export while it was written."""


def place_of(job: ExportJob) -> Path:
    """Return where the file of a requested export stands."""
    return Path(settings.PORTAL_HOME) / "exports" / f"{job.ref}.{SUFFIX[ExportFormat(job.format)]}"


def update_open(job: ExportJob, **values: Any) -> None:
    """Write to an export that has not ended.

    Raises:
        Cancelled: it has.
    """
    if not ExportJob.objects.filter(pk=job.pk, state__in=OPEN).update(**values):
        raise Cancelled(f"{job.ref} was cancelled.")


@transaction.atomic
def finish(job: ExportJob, finished: Finished, *, path: str = "", expires_at: datetime | None = None) -> None:
    """End an export whose file is complete.

    Raises:
        Cancelled: it was cancelled while the last of it was written.
    """
    update_open(
        job,
        state=ExportState.DONE,
        path=path,
        sha256=finished.file.sha256,
        size=finished.file.size,
        finished_at=clock.now(),
        expires_at=expires_at,
    )
    record_event(
        event="export.finished",
        actor=_EXPORTER,
        obj=job,
        data={"sha256": finished.file.sha256, "bytes": finished.file.size, "entries": finished.count},
    )
    said = f"The export from {job.start} to {job.end} holds {finished.count:,} records."
    _tell(job, "export.finished", f"{job.ref} is ready", said)


@transaction.atomic
def fail(job: ExportJob, error: str) -> None:
    """End an export that could not be written.

    Raises:
        Cancelled: it was cancelled before.
    """
    update_open(job, state=ExportState.FAILED, error=error, finished_at=clock.now())
    record_event(event="export.failed", actor=_EXPORTER, obj=job, private={"error": error})
    said = f"The export from {job.start} to {job.end} could not be written. Its page says why."
    _tell(job, "export.failed", f"{job.ref} failed", said)


@transaction.atomic
def cancel_export(*, actor: Actor, job: ExportJob) -> None:
    """End an export before it is written. A worker that writes it stops at its next batch, and leaves no file.

    Raises:
        Forbidden: the actor neither asked for it nor oversees the ledger.
        IllegalTransition: it has ended already.
    """
    may_cancel(actor.user, job).require()
    try:
        update_open(job, state=ExportState.CANCELLED, finished_at=clock.now())
    except Cancelled as error:
        raise IllegalTransition(
            f"{job.ref} cannot be cancelled: it has ended.", remedy="Look at its page."
        ) from error
    record_event(event="export.cancelled", actor=actor, obj=job)
    if actor.user is not None and actor.user.pk != job.requester_id:
        _tell(job, "export.cancelled", f"{job.ref} was cancelled", f"{actor.user} cancelled your export.")
    if _nobody_writes(job):
        part_of(place_of(job)).unlink(missing_ok=True)


def _nobody_writes(job: ExportJob) -> bool:
    """Return whether no worker writes the export, and keep all from it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [WRITER_LOCK, job.pk])
        return bool(cursor.fetchone()[0])


def _tell(job: ExportJob, rule: str, title: str, body: str) -> None:
    if job.requester is not None:
        notify(
            user=job.requester,
            rule=rule,
            subject=job.ledger_ref(),
            due=clock.now(),
            title=title,
            body=body,
            url=f"/exports/{job.ref}/",
        )
