"""Asking for exports: who may, what happens, and what the ledger keeps of it."""

import csv
import io
import json
import re
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, User
from apps.audit.models import AuditEvent, AuditText
from apps.audit.services.keeper import as_keeper
from apps.core import actors, clock
from apps.core.errors import Forbidden, Invalid
from apps.exports import selectors
from apps.exports.enums import ExportFormat, ExportState, ExportSubject
from apps.exports.models import ExportJob
from apps.exports.rules.orders import Order, Scope
from apps.exports.rules.spreadsheet import safe_cell
from apps.exports.services import downloads, jobs, remove_expired, request_export, resume_exports
from apps.exports.tasks import task_write_export
from apps.outbox import services as outbox
from apps.outbox.models import Notification, OutboxMessage
from portal.celery import app
from portal.demo import commands

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 5)
DAYS_AND_OUT = ["--from", "2026-03-01", "--to", "2026-03-01", "--out", "/tmp/x.zip"]


def person(username: str, *roles: Role, scope: GrantScope = GrantScope.EVERYTHING) -> User:
    user = User.objects.create(username=username, email=f"{username}@example.org")
    for role in roles:
        RoleGrant.objects.create(
            user=user,
            role=role,
            scope=scope,
            component_key="x" if scope == GrantScope.COMPONENT else "",
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        )
    return user


@pytest.fixture
def auditor(small_ledger) -> User:
    return person("audrey", Role.AUDITOR)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.django_db
def test_request_export_is_for_auditors_and_change_managers_alone(role) -> None:
    user = person("someone", role)
    if role in (Role.AUDITOR, Role.CHANGE_MANAGER):
        job = request_export(actor=actors.person(user), order=Order(Scope(FIRST, LAST)))
        assert AuditEvent.objects.get().event == "export.requested"
        assert list(selectors.exports_visible_to(user)) == [job]
    else:
        with pytest.raises(Forbidden):
            request_export(actor=actors.person(user), order=Order(Scope(FIRST, LAST)))
        assert not ExportJob.objects.exists()
        assert not selectors.exports_visible_to(user)


@pytest.mark.django_db
def test_request_export_of_what_a_person_did_names_them_by_number_in_the_ledger() -> None:
    user = person("someone", Role.AUDITOR)
    order = Order(Scope(FIRST, LAST, person=person("zoe.quine").username))
    job = request_export(actor=actors.person(user), order=order)
    assert job.order["scope"]["person"] == "zoe.quine"
    entry = bytes(AuditEvent.objects.get(event="export.requested").entry)
    assert b"zoe" not in entry
    assert (
        json.loads(entry)["data"]["scope"]["person"] == f"person:{User.objects.get(username='zoe.quine').pk}"
    )


@pytest.mark.django_db
def test_request_export_by_a_change_manager_of_one_component_is_refused() -> None:
    user = person("someone", Role.CHANGE_MANAGER, scope=GrantScope.COMPONENT)
    with pytest.raises(Forbidden, match="Your role covers a part of the portal"):
        request_export(actor=actors.person(user), order=Order(Scope(FIRST, LAST)))


@pytest.mark.django_db
def test_request_export_of_days_in_the_wrong_order_is_invalid() -> None:
    user = person("someone", Role.AUDITOR)
    with pytest.raises(Invalid):
        request_export(actor=actors.person(user), order=Order(Scope(LAST, FIRST)))


def test_export_from_request_to_file_verifies_and_is_in_the_ledger(
    auditor, run, ledger_home, monkeypatch
) -> None:
    sent = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, **options: sent.append((name, options)))
    job = request_export(actor=actors.person(auditor), order=Order(Scope(FIRST, LAST)))
    outbox.deliver_due()
    name, options = sent[-1]
    assert name == "apps.exports.tasks.task_write_export"
    task_write_export(**options["kwargs"])
    job = selectors.export_for(auditor, job.ref)
    assert (job.state, job.done, job.percent) == (ExportState.DONE, job.total, 100)
    path = selectors.file_of(job)
    assert path.stat().st_size == job.size
    status, said = run(path, ledger_home / "ledger.pub")
    assert status == 0, said
    events = list(
        AuditEvent.objects.filter(object_type="export").order_by("id").values_list("event", flat=True)
    )
    assert events == ["export.requested", "export.finished"]
    assert Notification.objects.filter(user=auditor, rule="export.finished").count() == 1
    task_write_export(**options["kwargs"])
    assert AuditEvent.objects.filter(event="export.finished").count() == 1


def test_export_with_the_broker_down_waits_in_the_outbox(auditor, monkeypatch) -> None:
    def down(name, **_):
        raise ConnectionError

    monkeypatch.setattr(jobs.current_app, "send_task", down)
    request_export(actor=actors.person(auditor), order=Order(Scope(FIRST, LAST)))
    outbox.deliver_due()
    assert OutboxMessage.objects.get(topic="export").delivered_at is None


@pytest.mark.slow
def test_export_asked_for_in_the_portal_is_written_by_a_real_worker(
    auditor, real_worker, run, ledger_home
) -> None:
    job = request_export(actor=actors.person(auditor), order=Order(Scope(FIRST, LAST)))
    deadline = time.monotonic() + 30
    while job.state != ExportState.DONE:
        assert time.monotonic() < deadline
        time.sleep(0.1)
        job.refresh_from_db()
    assert run(selectors.file_of(job), ledger_home / "ledger.pub")[0] == 0


def test_resume_exports_hands_over_what_was_lost_and_nothing_else(auditor, monkeypatch) -> None:
    sent = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, **options: sent.append(options["kwargs"]))
    lost, done, young = (
        request_export(actor=actors.person(auditor), order=Order(Scope(FIRST, LAST))) for _ in range(3)
    )
    task_write_export(export_id=done.pk)
    sent.clear()
    ExportJob.objects.exclude(pk=young.pk).update(created_at=clock.now() - jobs.LOST_AFTER)
    assert resume_exports() == 1
    assert sent == [{"export_id": lost.pk}]


def test_export_that_fails_says_why_and_leaves_no_file(auditor, ledger_home, monkeypatch) -> None:
    (ledger_home / "exports").write_text("in the way")
    job = request_export(actor=actors.person(auditor), order=Order(Scope(FIRST, LAST)))
    task_write_export(export_id=job.pk)
    job = selectors.export_for(auditor, job.ref)
    assert (job.state, selectors.file_of(job)) == (ExportState.FAILED, None)
    assert job.error
    assert AuditEvent.objects.filter(event="export.failed").exists()
    assert Notification.objects.get(rule="export.failed").user == auditor


def test_export_killed_while_written_is_written_whole_by_the_next_worker(
    auditor, monkeypatch, ledger_home
) -> None:
    job = request_export(actor=actors.person(auditor), order=Order(Scope(FIRST, LAST)))

    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    monkeypatch.setattr("apps.exports.services.bundle._write_edges", killed)
    with pytest.raises(Killed):
        task_write_export(export_id=job.pk)
    assert not list((ledger_home / "exports").iterdir())
    monkeypatch.undo()
    jobs.write_requested_export(export_id=job.pk)
    assert ExportJob.objects.get().state == ExportState.DONE


def test_export_to_the_operators_own_file_is_never_handed_out_nor_removed(
    auditor, monkeypatch, tmp_path
) -> None:
    out = tmp_path / "mine.zip"
    assert jobs.export_to_file(actor=actors.system("operator"), order=Order(Scope(FIRST, LAST)), out=out) > 0
    job = selectors.exports_visible_to(auditor).get()
    assert (job.state, selectors.file_of(job)) == (ExportState.DONE, None)
    later = clock.now() + timedelta(days=99)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert remove_expired(actor=actors.system("exporter")) == 0
    assert out.exists()


def test_export_past_its_time_is_removed(auditor, monkeypatch) -> None:
    job = request_export(actor=actors.person(auditor), order=Order(Scope(FIRST, LAST)))
    task_write_export(export_id=job.pk)
    job.refresh_from_db()
    path = selectors.file_of(job)
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert selectors.file_of(job) is None
    assert remove_expired(actor=actors.system("exporter")) == 1
    assert not path.exists()
    assert ExportJob.objects.get().state == ExportState.EXPIRED


def test_export_past_its_time_is_removed_though_the_first_try_crashed(auditor, monkeypatch) -> None:
    job = request_export(actor=actors.person(auditor), order=Order(Scope(FIRST, LAST)))
    task_write_export(export_id=job.pk)
    job.refresh_from_db()
    path = selectors.file_of(job)
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)

    def crash(**_):
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(downloads, "record_event", crash)
        with pytest.raises(ConnectionError):
            remove_expired(actor=actors.system("exporter"))
    assert not path.exists()
    assert remove_expired(actor=actors.system("exporter")) == 1
    assert ExportJob.objects.get().state == ExportState.EXPIRED


def test_export_to_the_operators_own_file_that_fails_is_marked_as_failed(
    small_ledger, tmp_path, monkeypatch
) -> None:
    def full(**_):
        raise OSError("No space left on device")

    monkeypatch.setitem(jobs.WRITERS, (ExportSubject.ENTRIES, ExportFormat.BUNDLE), full)
    with pytest.raises(OSError, match="No space"):
        jobs.export_to_file(
            actor=actors.system("operator"), order=Order(Scope(FIRST, LAST)), out=tmp_path / "b.zip"
        )
    job = ExportJob.objects.get()
    assert (job.state, job.error) == (ExportState.FAILED, "No space left on device")
    assert AuditEvent.objects.filter(event="export.failed", object_id=job.ref).exists()


def test_bundle_goes_to_a_queue_of_its_own() -> None:
    route = app.amqp.router.route({}, "apps.exports.tasks.task_write_export")
    assert route["queue"].name == "exports"
    assert app.amqp.router.route({}, "apps.audit.tasks.task_seal_ledger")["queue"].name == "celery"
    exporter = commands("8000")["exporter"]
    assert exporter[exporter.index("--queues") + 1] == "exports"


def test_bundle_report_prints_names_and_runs_no_formula(pack) -> None:
    members = pack(1, 5).members()
    rows = list(csv.reader(io.StringIO(members["report.csv"].decode(), newline="")))
    assert len(rows) == 16
    assert {row[2] for row in rows[1:]} == {"beat", "Zoë =Quine"}
    assert json.loads(members["people.json"]) == {f"person:{User.objects.get().pk}": "Zoë =Quine"}
    assert not [cell for row in rows for cell in row if re.match(r"[=+\-@\t\r]", cell)]
    assert b"Quine" not in members["entries.jsonl"]


def test_bundle_of_the_same_days_is_the_same_to_the_byte(pack) -> None:
    assert pack(1, 3).path.read_bytes() == pack(1, 3).path.read_bytes()


def test_bundle_after_a_text_was_erased_still_verifies(pack, run) -> None:
    with as_keeper():
        AuditText.objects.first().delete()
    bundle = pack(1, 5)
    status, said = run(bundle.path, bundle.key)
    assert status == 0
    assert "4 checked, 1 erased" in said


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "  =1", "a\x00=", "\x00=1"])
def test_safe_cell_never_starts_a_formula(text) -> None:
    assert not re.match(r"\s*[=+\-@\t\r\n]", safe_cell(text))
    assert "\x00" not in safe_cell(text)


@pytest.mark.parametrize("start", ["\x0b=", "\xa0=", "\u3000@", "\uff1d", "\uff0b", " \uff0d", "\uff20"])
def test_safe_cell_knows_every_blank_and_the_wide_signs(start: str) -> None:
    assert safe_cell(f"{start}1") == f"'{start}1"


def test_export_audit_command_seals_writes_and_counts(
    small_ledger, tmp_path, capsys, run, ledger_home
) -> None:
    out = tmp_path / "b.zip"
    call_command("export_audit", "--from", "2026-03-02", "--to", "2026-03-03", "--out", str(out))
    assert capsys.readouterr().out == f"{out}: 6 entries.\n"
    assert run(out, ledger_home / "ledger.pub")[0] == 0


def test_export_audit_command_writes_what_is_asked_in_the_form_that_is_asked(
    small_ledger, tmp_path, capsys
) -> None:
    out = tmp_path / "b.jsonl"
    words = ["--from", "2026-03-01", "--to", "2026-03-05", "--out", str(out), "--format", "jsonl"]
    call_command("export_audit", *words, "--person", "zoe", "--event", "change.", "--without", "texts")
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert capsys.readouterr().out == f"{out}: {len(lines)} entries.\n"
    assert len(lines) == 10
    assert {line["entry"]["actor"]["id"] for line in lines} == {str(small_ledger.pk)}
    assert not any(line["texts"] for line in lines)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2026-03-02", "--to", "2026-03-01", "--out", "/tmp/x.zip"], "must not come before"),
        ([*DAYS_AND_OUT, "--component", "nowhere"], "no component with the key nowhere"),
        ([*DAYS_AND_OUT, "--change", "CHG-999"], "There is no change CHG-999"),
        ([*DAYS_AND_OUT, "--person", "nobody\x00"], "Nobody here has the username"),
        ([*DAYS_AND_OUT, "--format", "docx"], "invalid choice"),
        (["--from", "2026-02-30", "--to", "2026-03-01", "--out", "/tmp/x.zip"], "not a day"),
        (["--from", "2026-03-01", "--to", "2026-03-01", "--out", "/proc/nowhere/x.zip"], "cannot be written"),
    ],
)
def test_export_audit_command_given_wrongly_says_what_is_wrong(words, said) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("export_audit", *words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"format": ExportFormat.PDF, "subject": ExportSubject.SAMPLE}, "format"),
        ({"fields": ("nonsense",)}, "fields"),
        ({"withheld": ("nonsense",)}, "withheld"),
    ],
)
def test_request_export_of_what_cannot_be_written_is_invalid_at_its_field(asked, field) -> None:
    user = person("someone", Role.AUDITOR)
    with pytest.raises(Invalid) as refused:
        request_export(actor=actors.person(user), order=Order(Scope(FIRST, LAST), **asked))
    assert set(refused.value.fields) == {field}
    assert not ExportJob.objects.exists()
