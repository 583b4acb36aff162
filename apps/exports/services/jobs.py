"""Asking for exports and carrying them out. Every export is in the ledger."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import current_app
from django.db import connection, transaction

from apps.audit.models import Checkpoint
from apps.audit.selectors import latest_checkpoint
from apps.audit.services import record_event, seal_pending
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid, PolicyBlocked, PortalError
from apps.exports.enums import ExportState, Withheld
from apps.exports.models import ExportJob
from apps.exports.rules.columns import columns_of
from apps.exports.rules.orders import FORMATS, Order, order_from
from apps.exports.selectors import may_export
from apps.exports.services.endings import OPEN, WRITER_LOCK, Cancelled, fail, finish, place_of, update_open
from apps.exports.services.files import Finished, part_of
from apps.exports.services.reading import actors_of, refuse_unknown
from apps.exports.services.writers import WRITERS
from apps.outbox.services import enqueue

KEPT_FOR = timedelta(days=7)
LOST_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 5
_log = logging.getLogger(__name__)


@transaction.atomic
def request_export(*, actor: Actor, order: Order) -> ExportJob:
    """Ask for an export. A worker writes it.

    Raises:
        Forbidden: the actor is neither an auditor nor a change manager.
        Invalid: something in the order is wrong, at the field that ``fields`` names.
    """
    may_export(actor.user).require()
    job = _new_job(actor, order)
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
        state__in=OPEN,
        created_at__lte=clock.now() - LOST_AFTER,
        requester__isnull=False,
    )
    jobs = list(unfinished.values_list("pk", flat=True))
    for pk in jobs:
        _send(pk)
    return len(jobs)


def write_requested_export(*, export_id: int) -> None:
    """Write the file of a requested export. A second call while it is written, or after, does nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [WRITER_LOCK, export_id])
        if not cursor.fetchone()[0]:
            return
        try:
            job = ExportJob.objects.get(pk=export_id)
            if job.state in OPEN:
                _carry_out(job)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [WRITER_LOCK, export_id])


def export_to_file(*, actor: Actor, order: Order, out: Path) -> int:
    """Seal what is pending, write an export to ``out``, and return how many records it holds.

    It is for the operator of the portal's own host, who asks nobody.

    Raises:
        Invalid: something in the order is wrong, at the field that ``fields`` names.
        Cancelled: someone cancelled it meanwhile.
        LedgerBroken: the ledger cannot be sealed.
        OSError: the file cannot be written.
    """
    with transaction.atomic():
        job = _new_job(actor, order)
    try:
        finished = _written(job, out)
        # The file is the operator's: the portal neither hands it out nor removes it.
        finish(job, finished)
    except Exception as error:
        with suppress(Cancelled):
            fail(job, _said(error))
        raise
    return finished.count


def _send(export_id: int) -> None:
    current_app.send_task(
        "apps.exports.tasks.task_write_export", kwargs={"export_id": export_id}, retry=False
    )


def _new_job(actor: Actor, order: Order) -> ExportJob:
    refuse_wrong(order)
    order = replace(order, asked_by=actor.key)
    job = ExportJob.objects.create(
        requester_id=actor.user.pk if actor.user is not None else None,
        start=order.scope.start,
        end=order.scope.end,
        subject=order.subject,
        format=order.format,
        order=order.as_json(),
        created_at=clock.now(),
    )
    record_event(event="export.requested", actor=actor, obj=job, data=_as_recorded(order))
    return job


def _as_recorded(order: Order) -> dict[str, Any]:
    """Return an order as the ledger keeps it: with the person's number, for a name could not be erased there."""
    actors = actors_of(order.scope)
    return replace(order, scope=replace(order.scope, person=actors[0] if actors else "")).as_json()


def refuse_wrong(order: Order) -> None:
    """Refuse an order that cannot be carried out.

    Raises:
        Invalid: something in it is wrong, at the field that ``fields`` names.
    """
    refuse_unknown(order.scope)
    columns_of(order)
    if order.format not in FORMATS[order.subject] or (order.subject, order.format) not in WRITERS:
        raise Invalid({"format": [f"{order.subject.label} cannot be exported in this form."]})
    unknown = sorted(set(order.withheld) - set(Withheld.values))
    if unknown:
        raise Invalid(
            {"withheld": [f"{unknown[0]!r} is nothing that can be withheld. Choose {', '.join(Withheld)}."]}
        )


def _carry_out(job: ExportJob) -> None:
    out = place_of(job)
    try:
        _count_attempt(job)
        finish(job, _written(job, out), path=str(out), expires_at=clock.now() + KEPT_FOR)
    except Cancelled:
        out.unlink(missing_ok=True)
        _log.info("%s was cancelled", job)
    except Exception as error:
        _log.exception("%s failed", job)
        # Of attempts that were killed. A disk that does not even give it back must not hide why the export failed.
        with suppress(OSError):
            part_of(out).unlink(missing_ok=True)
        with suppress(Cancelled):
            fail(job, _said(error))


def _count_attempt(job: ExportJob) -> None:
    """Count an attempt, and give up when all before it were killed: by a lack of memory, or by the limit of time."""
    if job.attempts == MOST_ATTEMPTS:
        raise PolicyBlocked(
            f"It was begun {MOST_ATTEMPTS} times, and each time its worker was killed: it may be too large. "
            "Ask for fewer days, or for JSON lines, which take the least time."
        )
    update_open(job, attempts=job.attempts + 1)


def _said(error: Exception) -> str:
    """Return why an export failed: in full when it was refused or the disk said so, else where to look."""
    if isinstance(error, PortalError | OSError):
        return str(error)
    return "Something went wrong that the portal did not expect. The log says what."


def _written(job: ExportJob, out: Path) -> Finished:
    checkpoint = _pinned(job)
    update_open(job, state=ExportState.RUNNING, tree_size=checkpoint.size)
    order = order_from(job.order)
    return WRITERS[order.subject, order.format](
        out=out,
        order=order,
        checkpoint=checkpoint,
        progress=lambda done, total: update_open(job, done=done, total=total),
    )


def _pinned(job: ExportJob) -> Checkpoint:
    """Return the checkpoint that an earlier attempt was written over, else the newest."""
    if job.tree_size is not None:
        return Checkpoint.objects.get(size=job.tree_size)
    seal_pending()
    newest = latest_checkpoint()
    if newest is None:
        raise PolicyBlocked("Nothing has been sealed yet.", remedy="Run manage.py seal_ledger first.")
    return newest
