"""The pages of exports: who may ask, what is checked, how far it is, and who fetches the file."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.exports.enums import ExportState
from apps.exports.models import ExportJob
from apps.exports.services import write_requested_export
from tests.people import add_person

pytestmark = pytest.mark.django_db

LIST_QUERIES = 6
OVERSEERS = (Role.AUDITOR, Role.CHANGE_MANAGER)


@pytest.fixture
def auditor() -> User:
    return add_person("audrey", Role.AUDITOR)


@pytest.fixture
def asking(client: Client, auditor: User) -> Client:
    client.force_login(auditor)
    return client


@pytest.fixture
def days() -> dict[str, str]:
    today = clock.now().date().isoformat()
    return {"start": today, "end": today}


def asked(client: Client, days: dict[str, str]) -> ExportJob:
    page = client.post("/exports/new/", days)
    job = ExportJob.objects.latest("pk")
    assert (page.status_code, page.headers["Location"]) == (302, f"/exports/{job.ref}/")
    return job


def body(client: Client, address: str, status: int = 200) -> str:
    page = client.get(address)
    assert page.status_code == status
    return page.content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_list_asks_overseers_for_a_period_and_tells_others_who_can(
    client: Client, auditor: User, role: Role
) -> None:
    client.force_login(add_person("reader", role))
    page = body(client, "/exports/")
    if role in OVERSEERS:
        assert "Which days?" in page
    else:
        assert "Only an auditor or a change manager may export the ledger." in page
        assert str(auditor) in page
        assert "Which days?" not in page


@pytest.mark.parametrize("role", [role for role in Role if role not in OVERSEERS])
def test_export_asked_or_opened_by_others_is_refused_and_recorded(
    client: Client, auditor: User, days: dict[str, str], role: Role
) -> None:
    client.force_login(auditor)
    job = asked(client, days)
    client.force_login(add_person("reader", role))
    assert client.post("/exports/new/", days).status_code == 403
    assert body(client, "/exports/new/", 403)
    for address in ("", "progress/", "download/"):
        assert body(client, f"/exports/{job.ref}/{address}", 404)
    denied = AuditEvent.objects.filter(event="access.denied").order_by("pk")
    assert [entry.object_id for entry in denied] == ["/exports/new/"] * 2 + [job.ref] * 3
    assert ExportJob.objects.count() == 1


@pytest.mark.parametrize("ref", ["EXP-999", "EXP-", "EXP-²", "nonsense", "EXP-" + "9" * 40])
def test_export_that_does_not_exist_is_not_found(asking: Client, ref: str) -> None:
    body(asking, f"/exports/{ref}/", 404)
    assert not AuditEvent.objects.filter(event="access.denied").exists()


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("", "2026-03-05", "First day is missing"),
        ("2026-03-05", "2026-03-01", "The last day must not come before the first day."),
        ("2026-02-30", "2026-03-01", "give a date such as 2026-11-19"),
        ("2026-03-01", "9999-12-31", "Choose an earlier last day."),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_check_of_a_wrong_period_says_so_at_the_field(
    asking: Client, method: str, start: str, end: str, said: str
) -> None:
    page = getattr(asking, method)("/exports/new/", {"start": start, "end": end}).content.decode()
    assert "There is a problem" in page
    assert said in page
    assert f'value="{end}"' in page
    assert not ExportJob.objects.exists()


def test_check_counts_entries_before_anything_starts(
    asking: Client, days: dict[str, str], monkeypatch
) -> None:
    asked(asking, days)
    address = f"/exports/new/?start={days['start']}&end={days['end']}"
    assert f"<dd>{AuditEvent.objects.count()}</dd>" in body(asking, address)
    assert "Nothing was written in these days" in body(
        asking, "/exports/new/?start=2001-01-01&end=2001-01-02"
    )
    monkeypatch.setattr("apps.web.views.exports.COUNTED_UP_TO", 0)
    assert "More than 0" in body(asking, address)
    assert ExportJob.objects.count() == 1


def test_export_unfinished_shows_progress_and_asks_again(asking: Client, days: dict[str, str]) -> None:
    job = asked(asking, days)
    for state, word in ((ExportState.QUEUED, "Waiting"), (ExportState.RUNNING, "Building")):
        ExportJob.objects.filter(pk=job.pk).update(state=state, done=1, total=4)
        for address in (f"/exports/{job.ref}/", f"/exports/{job.ref}/progress/"):
            page = body(asking, address)
            assert word in page
            assert 'hx-trigger="every 2s"' in page
            assert "25%: 1 of 4 entries" in page
    assert body(asking, f"/exports/{job.ref}/download/", 409)


def test_export_failed_says_why_and_what_to_do(asking: Client, days: dict[str, str]) -> None:
    job = asked(asking, days)
    ExportJob.objects.filter(pk=job.pk).update(state=ExportState.FAILED, error="The disk is full.")
    page = body(asking, f"/exports/{job.ref}/progress/")
    assert "The disk is full." in page
    assert "Ask again" in page
    assert "every 2s" not in page
    assert 'hx-swap-oob="innerHTML:#live"' in page


@pytest.mark.django_db(transaction=True)
def test_export_finished_is_sent_whole_until_its_link_ends(
    asking: Client, days: dict[str, str], monkeypatch
) -> None:
    job = asked(asking, days)
    write_requested_export(export_id=job.pk)
    job.refresh_from_db()
    page = body(asking, f"/exports/{job.ref}/")
    assert job.sha256 in page
    assert "every 2s" not in page
    assert f"/exports/{job.ref}/download/" in body(asking, "/exports/")

    file = asking.get(f"/exports/{job.ref}/download/")
    sent = b"".join(file.streaming_content)
    assert hashlib.sha256(sent).hexdigest() == job.sha256
    assert file.headers["Content-Length"] == str(job.size)
    assert file.headers["Content-Type"] == "application/zip"
    assert file.headers["Content-Disposition"].startswith(f'attachment; filename="countersign-{job.ref}-')

    monkeypatch.setattr(clock, "now", lambda at=job.expires_at: at + timedelta(seconds=1))
    assert body(asking, f"/exports/{job.ref}/download/", 409)
    assert "The link has ended" in body(asking, f"/exports/{job.ref}/")


@pytest.mark.django_db(transaction=True)
def test_export_whose_file_is_gone_cannot_be_downloaded(asking: Client, days: dict[str, str]) -> None:
    job = asked(asking, days)
    write_requested_export(export_id=job.pk)
    job.refresh_from_db()
    Path(job.path).unlink()
    assert body(asking, f"/exports/{job.ref}/download/", 409)


def test_export_by_the_operator_names_nobody(asking: Client) -> None:
    today = clock.now().date()
    job = ExportJob.objects.create(start=today, end=today, created_at=clock.now(), state=ExportState.DONE)
    assert "the operator" in body(asking, f"/exports/{job.ref}/")
    listed = body(asking, "/exports/")
    assert "Asked by the operator" in listed
    assert "Link ends" not in listed


@pytest.mark.parametrize("number", [1, 3])
def test_list_number_of_queries_is_constant(
    asking: Client, days: dict[str, str], django_assert_num_queries, number: int
) -> None:
    for _ in range(number):
        asked(asking, days)
    asking.get("/exports/")
    with django_assert_num_queries(LIST_QUERIES):
        asking.get("/exports/")
