"""How exports end: cancelled before they are written, killed and taken up again, fetched until their link ends."""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent, Checkpoint
from apps.audit.services import record_event, seal_pending
from apps.core import actors, clock
from apps.core.errors import Forbidden, IllegalTransition
from apps.exports.enums import ExportFormat, ExportState, ExportSubject
from apps.exports.models import ExportJob
from apps.exports.rules.orders import Order, Scope, order_from
from apps.exports.services import cancel_export, endings, fetch_export, jobs, request_export
from apps.exports.services.files import part_of
from apps.exports.services.writers import WRITERS
from apps.exports.tasks import task_write_export
from apps.outbox.models import Notification
from tests.conftest import a_worker
from tests.faults.amount import amount
from tests.people import add_person

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 5)
FORMS = [ExportFormat.BUNDLE, ExportFormat.XLSX, ExportFormat.CSV, ExportFormat.JSONL]


@pytest.fixture
def auditor(small_ledger: User) -> User:
    return add_person("audrey", Role.AUDITOR)


def asked(user: User, form: ExportFormat = ExportFormat.JSONL) -> ExportJob:
    return request_export(actor=actors.person(user), order=Order(Scope(FIRST, LAST), format=form))


def recorded(job: ExportJob) -> list[str]:
    entries = AuditEvent.objects.filter(object_type="export", object_id=job.ref).order_by("object_seq")
    return [entry.event for entry in entries]


def stopping_at(job: ExportJob, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Let the next writing of a job do something once it has begun."""
    plain = jobs.update_open

    def update(target: ExportJob, **values: Any) -> None:
        plain(target, **values)
        if values.get("done"):
            monkeypatch.undo()
            act()

    monkeypatch.setattr(jobs, "update_open", update)


def test_cancelled_before_a_worker_takes_it_is_never_written(auditor: User, ledger_home: Path) -> None:
    job = asked(auditor)
    cancel_export(actor=actors.person(auditor), job=job)
    task_write_export(export_id=job.pk)
    job.refresh_from_db()
    assert job.state == ExportState.CANCELLED
    assert not list(ledger_home.glob("exports/*"))
    assert recorded(job) == ["export.requested", "export.cancelled"]
    assert not Notification.objects.exists()


@pytest.mark.parametrize("form", FORMS)
def test_cancelled_while_it_is_written_stops_and_leaves_no_file(
    auditor: User, ledger_home: Path, monkeypatch: pytest.MonkeyPatch, form: ExportFormat
) -> None:
    job = asked(auditor, form)
    stopping_at(job, monkeypatch, lambda: cancel_export(actor=actors.person(auditor), job=job))
    task_write_export(export_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.path) == (ExportState.CANCELLED, "")
    assert list((ledger_home / "exports").iterdir()) == []
    assert recorded(job) == ["export.requested", "export.cancelled"]


def test_cancelled_at_the_very_end_leaves_no_file(
    auditor: User, ledger_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(auditor)
    plain = jobs.finish

    def finish(*args: Any, **options: Any) -> None:
        cancel_export(actor=actors.person(auditor), job=job)
        plain(*args, **options)

    monkeypatch.setattr(jobs, "finish", finish)
    task_write_export(export_id=job.pk)
    job.refresh_from_db()
    assert job.state == ExportState.CANCELLED
    assert list((ledger_home / "exports").iterdir()) == []


def test_cancelled_after_its_worker_died_takes_the_part_away(auditor: User) -> None:
    job = asked(auditor)
    part = part_of(endings.place_of(job))
    part.parent.mkdir(parents=True)
    part.write_text("half")
    cancel_export(actor=actors.person(auditor), job=job)
    assert not part.exists()


def test_cancelled_by_another_overseer_is_told_to_who_asked(auditor: User) -> None:
    job = asked(auditor)
    cancel_export(actor=actors.person(add_person("carl", Role.CHANGE_MANAGER)), job=job)
    told = Notification.objects.get()
    assert (told.user, told.rule) == (auditor, "export.cancelled")


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.AUDITOR, Role.CHANGE_MANAGER)])
def test_cancel_by_others_is_forbidden(auditor: User, role: Role) -> None:
    job = asked(auditor)
    with pytest.raises(Forbidden):
        cancel_export(actor=actors.person(add_person("other", role)), job=job)
    assert ExportJob.objects.get().state == ExportState.QUEUED


@pytest.mark.parametrize("state", [state for state in ExportState if state not in endings.OPEN])
def test_cancel_of_what_has_ended_is_refused(auditor: User, state: ExportState) -> None:
    job = asked(auditor)
    ExportJob.objects.update(state=state)
    with pytest.raises(IllegalTransition):
        cancel_export(actor=actors.person(auditor), job=job)
    assert ExportJob.objects.get().state == state


def test_cancel_and_finish_at_once_end_it_one_way(auditor: User) -> None:
    """Eight rounds of a worker and a person who race: the file is there exactly when the export is ready."""
    for _ in range(8):
        job = asked(auditor)
        start = threading.Barrier(2)

        def cancel(job: ExportJob = job, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                cancel_export(actor=actors.person(auditor), job=job)
            except IllegalTransition:
                pass
            finally:
                connection.close()

        racer = threading.Thread(target=cancel)
        racer.start()
        start.wait()
        task_write_export(export_id=job.pk)
        racer.join()
        job.refresh_from_db()
        assert job.state in (ExportState.DONE, ExportState.CANCELLED)
        assert endings.place_of(job).exists() == (job.state == ExportState.DONE)
        assert len(set(recorded(job)) & {"export.finished", "export.cancelled"}) == 1


@pytest.mark.parametrize("form", FORMS)
def test_fetched_each_time_is_in_the_ledger_until_the_link_ends(
    auditor: User, monkeypatch: pytest.MonkeyPatch, form: ExportFormat
) -> None:
    job = asked(auditor, form)
    with pytest.raises(IllegalTransition):
        fetch_export(actor=actors.person(auditor), job=job)
    task_write_export(export_id=job.pk)
    job.refresh_from_db()
    for _ in range(2):
        path = fetch_export(actor=actors.person(auditor), job=job)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == job.sha256
    assert path.suffix == f".{endings.SUFFIX[form]}"
    assert recorded(job)[2:] == ["export.downloaded"] * 2
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(IllegalTransition):
        fetch_export(actor=actors.person(auditor), job=job)
    assert recorded(job)[2:] == ["export.downloaded"] * 2


def test_fetched_by_one_who_may_not_is_forbidden(auditor: User) -> None:
    job = asked(auditor)
    task_write_export(export_id=job.pk)
    with pytest.raises(Forbidden):
        fetch_export(actor=actors.person(add_person("other", Role.REQUESTER)), job=job)


def test_export_that_kills_its_workers_fails_at_last_and_says_so(
    auditor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asked(auditor)
    part = part_of(endings.place_of(job))

    def killed(*_: Any, **__: Any) -> None:
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "_written", killed)
    for _ in range(jobs.MOST_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            task_write_export(export_id=job.pk)
    task_write_export(export_id=job.pk)
    job.refresh_from_db()
    assert job.state == ExportState.FAILED
    assert "too large" in job.error
    assert not part.exists()


FILL = """
WITH made AS (
    INSERT INTO audit_event (object_type, object_id, object_seq, entry, leaf_hash, event, actor_key, at)
    SELECT 'change', 'CHG-77', number, entry, sha256('\\x00'::bytea || entry), 'change.noted', 'system:fill', at
    FROM (
        SELECT number, timestamptz '2026-03-03 13:00Z' + number * interval '1 second' AS at, convert_to(
            '{"actor":{"id":"fill","kind":"system"},"at":"2026-03-03T13:00:00.000000Z","data":{"n":' || number
            || '},"event":"change.noted","object":{"id":"CHG-77","seq":' || number
            || ',"type":"change"},"private":{},"v":1}', 'UTF8') AS entry
        FROM generate_series(%s::int, %s::int) AS number
    ) AS rows RETURNING id
) INSERT INTO audit_pending (event_id) SELECT id FROM made
"""


def fill(first: int, last: int) -> None:
    """Add sealed entries with these numbers, past the services, which would take minutes."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, [first, last])
    while seal_pending() is not None:
        pass


def family(pid: int) -> list[int]:
    """Return a process and its children."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def share_of(job: ExportJob) -> float:
    job.refresh_from_db()
    return job.done / job.total if job.total else 0


@pytest.mark.slow
def test_worker_killed_half_way_is_taken_up_again_with_the_same_digest(
    auditor: User, settings: Any, tmp_path: Path
) -> None:
    """SIGKILL of the real worker at about half; the next one ends with the digest of an undisturbed run.

    The worker that ends one form is killed in the next. There are enough entries to be met half way: the slower a
    form, the fewer.
    """
    killed: list[ExportJob] = []
    filled = 0
    for form, enough in (
        (ExportFormat.XLSX, 15_000),
        (ExportFormat.CSV, 25_000),
        (ExportFormat.JSONL, 60_000),
    ):
        with a_worker(settings) as worker:
            take_up_again(killed, tmp_path)
            fill(filled + 1, filled := amount(enough, 60_000))
            killed.append(asked(auditor, form))
            write_half(killed[-1], worker.pid)
            worker.wait()
    with a_worker(settings):
        take_up_again(killed, tmp_path)


def write_half(job: ExportJob, worker: int) -> None:
    """Let a worker write an export, and kill it at about half."""
    jobs.queue_writing(job.ref, {"export": job.pk})
    wait_until(lambda: share_of(job) > 0.3)
    for pid in family(worker):
        os.kill(pid, signal.SIGKILL)
    share_of(job)
    assert job.state == ExportState.RUNNING
    assert 0.3 < share_of(job) < 0.95
    assert part_of(endings.place_of(job)).exists()
    with transaction.atomic():
        record_event(event="change.noted", actor=actors.system("beat"), obj=("change", f"CHG-late-{job.pk}"))
    seal_pending()


def take_up_again(killed: list[ExportJob], tmp_path: Path) -> None:
    """Let a worker end the last of the exports that were killed, and leave nothing but the files of all."""
    if not killed:
        return
    job = killed[-1]
    ExportJob.objects.filter(pk=job.pk).update(created_at=clock.now() - jobs.LOST_AFTER)
    assert jobs.resume_exports() == 1
    wait_until(lambda: share_of(job) == 1 and job.state == ExportState.DONE)
    undisturbed = WRITERS[ExportSubject.ENTRIES, ExportFormat(job.format)](
        out=tmp_path / "undisturbed",
        order=order_from(job.order),
        checkpoint=Checkpoint.objects.get(size=job.tree_size),
        progress=lambda done, total: None,
    )
    assert job.sha256 == undisturbed.file.sha256
    assert hashlib.sha256(endings.place_of(job).read_bytes()).hexdigest() == job.sha256
    assert recorded(job) == ["export.requested", "export.finished"]
    assert set(endings.place_of(job).parent.iterdir()) == {endings.place_of(each) for each in killed}
