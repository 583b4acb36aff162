"""Asking for exports and carrying them out. Every export is in the ledger."""

import logging
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from apps.audit.services import record_event, seal_pending
from apps.core import clock
from apps.core.actors import Actor, system
from apps.core.errors import Forbidden, PortalError
from apps.exports.enums import ExportState
from apps.exports.models import ExportJob
from apps.exports.rules.period import period_of
from apps.exports.selectors import may_export
from apps.exports.services.bundle import Bundle, write_bundle
from apps.outbox.services import enqueue, notify

KEPT_FOR = timedelta(days=7)
LOST_AFTER = timedelta(minutes=5)
_EXPORTER = system("exporter")
_WRITER_LOCK = 0xE4B0
_log = logging.getLogger(__name__)


@transaction.atomic
def request_export(*, actor: Actor, start: date, end: date) -> ExportJob:
    """Ask for a bundle of the days ``start`` to ``end``, both included, in UTC. A worker writes it.

    Raises:
        Forbidden: the actor is neither an auditor nor a change manager.
        Invalid: the days are in the wrong order.
    """
    allowed = may_export(actor.user)
    if not allowed:
        raise Forbidden(allowed.reason, remedy=allowed.remedy)
    job = _new_job(actor, start, end)
    enqueue(topic="export", key=job.ref, payload={"export": job.pk})
    return job


def queue_writing(key: str, payload: dict[str, Any]) -> None:
    """Hand a requested export to a worker. The outbox calls it, again and again until the broker takes it."""
    _log.info("Handing %s to a worker.", key)
    _send(payload["export"])


def resume_exports() -> int:
    """Hand over again what a worker or the broker has lost, and return how many exports that may be.

    One that is still being written, or waits its turn, is not harmed: it is written by one worker at a time.
    """
    # What an operator wrote by hand and broke off is theirs to repeat.
    unfinished = ExportJob.objects.filter(
        state__in=(ExportState.QUEUED, ExportState.RUNNING),
        created_at__lte=clock.now() - LOST_AFTER,
        requester__isnull=False,
    )
    jobs = list(unfinished.values_list("pk", flat=True))
    for pk in jobs:
        _send(pk)
    return len(jobs)


def write_requested_bundle(*, export_id: int) -> None:
    """Write the bundle of a requested export. A second call while it is written, or after, does nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_WRITER_LOCK, export_id])
        if not cursor.fetchone()[0]:
            return
        try:
            job = ExportJob.objects.get(pk=export_id)
            if job.state in (ExportState.QUEUED, ExportState.RUNNING):
                _carry_out(job)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_WRITER_LOCK, export_id])


def export_to_file(*, actor: Actor, start: date, end: date, out: Path) -> int:
    """Seal what is pending, write a bundle to ``out``, and return how many entries it holds.

    It is for the operator of the portal's own host, who asks nobody.

    Raises:
        Invalid: the days are in the wrong order.
        LedgerBroken: the ledger cannot be sealed.
        OSError: the file cannot be written.
    """
    with transaction.atomic():
        job = _new_job(actor, start, end)
    try:
        bundle = _written(job, out)
        # The file is the operator's: the portal neither hands it out nor removes it.
        _finish(job, bundle)
    except Exception as error:
        _fail(job, _said(error))
        raise
    return bundle.count


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


def _send(export_id: int) -> None:
    current_app.send_task(
        "apps.exports.tasks.task_write_bundle", kwargs={"export_id": export_id}, retry=False
    )


def _new_job(actor: Actor, start: date, end: date) -> ExportJob:
    period_of(start, end)
    requester = actor.user.pk if actor.user is not None else None
    job = ExportJob.objects.create(requester_id=requester, start=start, end=end, created_at=clock.now())
    days = {"from": start.isoformat(), "to": end.isoformat()}
    record_event(event="export.requested", actor=actor, obj=job, data=days)
    return job


def _carry_out(job: ExportJob) -> None:
    try:
        out = Path(settings.PORTAL_HOME) / "exports" / f"{job.ref}.zip"
        _finish(job, _written(job, out), path=str(out), expires_at=clock.now() + KEPT_FOR)
    except Exception as error:
        _log.exception("%s failed", job)
        _fail(job, _said(error))


def _said(error: Exception) -> str:
    """Return why an export failed: in full when it was refused or the disk said so, else where to look."""
    if isinstance(error, PortalError | OSError):
        return str(error)
    return "Something went wrong that the portal did not expect. The log says what."


def _written(job: ExportJob, out: Path) -> Bundle:
    seal_pending()
    jobs = ExportJob.objects.filter(pk=job.pk)
    jobs.update(state=ExportState.RUNNING)
    return write_bundle(
        out=out,
        period=period_of(job.start, job.end),
        progress=lambda done, total: jobs.update(done=done, total=total),
    )


@transaction.atomic
def _finish(job: ExportJob, bundle: Bundle, *, path: str = "", expires_at: datetime | None = None) -> None:
    now = clock.now()
    ExportJob.objects.filter(pk=job.pk).update(
        state=ExportState.DONE,
        path=path,
        sha256=bundle.file.sha256,
        size=bundle.file.size,
        finished_at=now,
        expires_at=expires_at,
    )
    record_event(
        event="export.finished",
        actor=_EXPORTER,
        obj=job,
        data={"sha256": bundle.file.sha256, "bytes": bundle.file.size, "entries": bundle.count},
    )
    if job.requester is not None:
        notify(
            user=job.requester,
            rule="export.finished",
            subject=job.ledger_ref(),
            due=now,
            title=f"{job.ref} is ready",
            body=f"The bundle from {job.start} to {job.end} holds {bundle.count:,} entries.",
            url=f"/exports/{job.ref}/",
        )


@transaction.atomic
def _fail(job: ExportJob, error: str) -> None:
    now = clock.now()
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.FAILED, error=error, finished_at=now)
    record_event(event="export.failed", actor=_EXPORTER, obj=job, private={"error": error})
    if job.requester is not None:
        notify(
            user=job.requester,
            rule="export.failed",
            subject=job.ledger_ref(),
            due=now,
            title=f"{job.ref} failed",
            body=f"The bundle from {job.start} to {job.end} could not be written. Its page says why.",
            url=f"/exports/{job.ref}/",
        )
