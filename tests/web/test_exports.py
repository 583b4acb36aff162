"""The pages of exports: who may ask, what is checked, how far it is, and who fetches the file."""

import hashlib
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.exports.enums import ExportFormat, ExportState, ExportSubject
from apps.exports.models import ExportJob
from apps.exports.rules.orders import order_from
from apps.exports.services import write_requested_export
from apps.exports.services.writers import WRITERS
from apps.web.forms.exports import period_said
from tests.people import add_person

pytestmark = pytest.mark.django_db

LIST_QUERIES = 6
STEP_QUERIES = {"/exports/": 6, "/exports/new/fields/": 7, "/exports/new/format/": 7, "/exports/new/": 11}
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
        assert "Which records?" in page
    else:
        assert "Only an auditor or a change manager may export the ledger." in page
        assert str(auditor) in page
        assert "Which records?" not in page


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
    empty = "/exports/new/?start=2001-01-01&end=2001-01-02"
    assert "Nothing matches. The file will be empty; a bundle proves that." in body(asking, empty)
    assert "does not prove that nothing was there" in body(asking, f"{empty}&kind=exports")
    monkeypatch.setattr("apps.exports.services.estimating.COUNTED_UP_TO", 0)
    assert "About 0" in body(asking, address)
    assert "More than 0" in body(asking, f"{address}&kind=exports")
    assert ExportJob.objects.count() == 1


def test_export_unfinished_shows_progress_and_asks_again(asking: Client, days: dict[str, str]) -> None:
    job = asked(asking, days)
    for state, word in ((ExportState.QUEUED, "Waiting"), (ExportState.RUNNING, "Building")):
        ExportJob.objects.filter(pk=job.pk).update(state=state, done=1, total=4)
        for address in (f"/exports/{job.ref}/", f"/exports/{job.ref}/progress/"):
            page = body(asking, address)
            assert word in page
            assert 'hx-trigger="every 2s"' in page
            assert "25%: 1 of 4 records" in page
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


STEPS = ("/exports/", "/exports/new/fields/", "/exports/new/format/", "/exports/new/")


class Page(HTMLParser):
    """A page's forms and links: what a browser without scripts would send from it."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.sent: list[tuple[str, str]] = []
        self.action = ""
        self._within = False
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "form" and "/exports/new" in (given.get("action") or ""):
            self._within, self.action = True, given["action"] or ""
        if tag == "input" and self._within and given.get("name") not in (None, "csrfmiddlewaretoken"):
            unticked = given.get("type") in ("radio", "checkbox") and "checked" not in given
            if not unticked:
                self.sent.append((given["name"] or "", given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._within = False


def test_wizard_walked_without_scripts_loses_no_answer(asking: Client, days: dict[str, str]) -> None:
    answered = [
        days | {"person": "audrey", "kind": ["changes", "exports"]},
        {"fields": ["leaf", "time"], "withheld": ["names"]},
        {"format": "csv"},
    ]
    address = "/exports/"
    for answers in answered:
        page = Page(body(asking, address))
        kept = [(name, value) for name, value in page.sent if name not in answers]
        query = urlencode([*kept, *((name, value) for name, value in answers.items())], doseq=True)
        address = f"{page.action}?{query}"
    page = Page(body(asking, address))
    changed = [link for link in page.links if "person=audrey" in link]
    assert {urlsplit(link).path for link in changed} == {
        "/exports/",
        "/exports/new/fields/",
        "/exports/new/format/",
    }
    for link in changed:
        again = Page(body(asking, link))
        assert {("person", "audrey"), ("kind", "changes"), ("kind", "exports")} <= set(again.sent)
        assert {("fields", "leaf"), ("fields", "time"), ("withheld", "names"), ("format", "csv")} <= set(
            again.sent
        )
    posted = asking.post("/exports/new/", group(page.sent))
    job = ExportJob.objects.get()
    assert posted.headers["Location"] == f"/exports/{job.ref}/"
    order = order_from(job.order)
    assert order.scope.events == ("change.", "export.")
    assert (order.scope.person, order.fields, order.withheld, order.format) == (
        "audrey",
        ("leaf", "time"),
        ("names",),
        "csv",
    )


def group(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (
            "component",
            "model:default/nowhere",
            "The catalog holds no component with the key model:default/nowhere.",
        ),
        ("change", "CHG-9999", "There is no change CHG-9999."),
        ("person", "nobody", "Nobody here has the username nobody."),
        ("format", "docx", "Select a valid choice"),
        ("subject", "nonsense", "Select a valid choice"),
        ("fields", "nonsense", "Select a valid choice"),
        ("withheld", "nonsense", "Select a valid choice"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_check_of_a_wrong_answer_says_so_at_its_field(
    asking: Client, days: dict[str, str], method: str, field: str, value: str, said: str
) -> None:
    page = getattr(asking, method)("/exports/new/", days | {field: value})
    assert page.status_code == 200
    assert said in page.content.decode()
    assert "There is a problem" in page.content.decode()
    assert f"id_{field}" in page.content.decode()
    assert not ExportJob.objects.exists()


@pytest.mark.parametrize("step", STEPS[1:])
def test_step_is_not_reached_past_a_wrong_one(asking: Client, step: str) -> None:
    page = body(asking, f"{step}?start=2026-03-05&end=2026-03-01")
    assert "Which records?" in page
    assert "The last day must not come before the first day." in page
    assert ("subject", "entries") in Page(page).sent


@pytest.mark.parametrize("step", STEPS)
def test_steps_by_others_are_refused(client: Client, step: str) -> None:
    client.force_login(add_person("reader", Role.REQUESTER))
    body(client, step, 200 if step == "/exports/" else 403)


def test_subjects_and_forms_offered_are_those_that_someone_writes(
    asking: Client, days: dict[str, str]
) -> None:
    scope = Page(body(asking, "/exports/"))
    assert ("subject", "entries") in scope.sent
    page = body(asking, f"/exports/new/format/?{urlencode(days)}")
    for form in ExportFormat:
        assert (f'value="{form}"' in page) == ((ExportSubject.ENTRIES, form) in WRITERS)


def test_ledgers_filters_carry_over_to_the_scope(asking: Client) -> None:
    listed = body(asking, "/ledger/?start=2026-03-01&end=2026-03-05&kind=changes&person=audrey&q=chg-7")
    link = next(link for link in Page(listed).links if link.startswith("/exports/?"))
    page = Page(body(asking, link))
    assert {("start", "2026-03-01"), ("end", "2026-03-05"), ("kind", "changes")} <= set(page.sent)
    assert {("person", "audrey"), ("change", "CHG-7")} <= set(page.sent)
    assert "no counterpart" not in body(asking, link)
    assert "no counterpart" in body(asking, "/exports/?by=system")


@pytest.mark.parametrize(
    ("query", "name", "value", "is_whole"),
    [
        ("about=chg-7", "change", "CHG-7", True),
        ("about=Model:default/scores", "component", "model:default/scores", True),
        ("about=model:default/scores&q=CHG-7", "change", "CHG-7", True),
        ("about=CHG-7&q=CHG-7", "change", "CHG-7", True),
        ("about=CHG-8&q=CHG-7", "change", "CHG-7", False),
        ("about=CHG-7&q=PIR-7", "change", "CHG-7", False),
    ],
)
def test_everything_about_a_record_is_not_widened_to_the_whole_ledger(
    asking: Client, query: str, name: str, value: str, is_whole: bool
) -> None:
    page = body(asking, f"/exports/?{query}")
    assert (name, value) in Page(page).sent
    assert ("no counterpart" not in page) == is_whole


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (date(2026, 11, 3), date(2026, 11, 3), "3 November 2026"),
        (date(2026, 11, 1), date(2026, 11, 30), "1 to 30 November 2026"),
        (date(2026, 7, 1), date(2026, 9, 30), "1 July to 30 September 2026"),
        (date(2025, 11, 1), date(2026, 11, 30), "1 November 2025 to 30 November 2026"),
    ],
)
def test_period_says_each_part_once(start: date, end: date, said: str) -> None:
    assert period_said(start, end) == said


@pytest.mark.parametrize("form", ["bundle", "xlsx", "csv", "jsonl"])
@pytest.mark.django_db(transaction=True)
def test_ask_again_gives_the_same_order(asking: Client, days: dict[str, str], form: str) -> None:
    asking.post("/exports/new/", days | {"format": form, "kind": ["changes"], "withheld": ["texts"]})
    job = ExportJob.objects.get()
    asking.post(f"/exports/{job.ref}/cancel/")
    again = next(
        link for link in Page(body(asking, f"/exports/{job.ref}/")).links if link.startswith("/exports/new/?")
    )
    page = Page(body(asking, again))
    asking.post("/exports/new/", group(page.sent))
    assert ExportJob.objects.latest("pk").order == job.order


def test_cancel_asks_first_and_then_ends_it(asking: Client, days: dict[str, str]) -> None:
    job = asked(asking, days)
    assert f"Cancel {job.ref}" in body(asking, f"/exports/{job.ref}/")
    confirmation = body(asking, f"/exports/{job.ref}/cancel/")
    assert "no file is left" in confirmation
    assert "Keep it going" in confirmation
    assert ExportJob.objects.get().state == ExportState.QUEUED
    assert asking.post(f"/exports/{job.ref}/cancel/").status_code == 302
    assert ExportJob.objects.get().state == ExportState.CANCELLED
    assert "The export was cancelled" in body(asking, f"/exports/{job.ref}/progress/")
    assert asking.post(f"/exports/{job.ref}/cancel/").status_code == 409


@pytest.mark.parametrize("form", ["bundle", "xlsx", "csv", "jsonl"])
@pytest.mark.django_db(transaction=True)
def test_each_form_is_sent_by_its_name_and_type_and_the_ledger_says_who_took_it(
    asking: Client, days: dict[str, str], form: str
) -> None:
    asking.post("/exports/new/", days | {"format": form})
    job = ExportJob.objects.get()
    write_requested_export(export_id=job.pk)
    file = asking.get(f"/exports/{job.ref}/download/")
    job.refresh_from_db()
    assert hashlib.sha256(b"".join(file.streaming_content)).hexdigest() == job.sha256
    suffix = {"bundle": "zip"}.get(form, form)
    assert file.headers["Content-Disposition"].endswith(f'.{suffix}"')
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.filter(event="export.downloaded", object_id=job.ref).count() == 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number", [1, 3])
def test_steps_number_of_queries_is_constant(
    asking: Client, days: dict[str, str], django_assert_num_queries, number: int, step: str
) -> None:
    for _ in range(number):
        asked(asking, days)
    address = f"{step}?{urlencode(days | {'person': 'audrey'})}"
    asking.get(address)
    with django_assert_num_queries(STEP_QUERIES[step]):
        asking.get(address)


@pytest.mark.parametrize("number", [1, 3])
def test_list_number_of_queries_is_constant(
    asking: Client, days: dict[str, str], django_assert_num_queries, number: int
) -> None:
    for _ in range(number):
        asked(asking, days)
    asking.get("/exports/")
    with django_assert_num_queries(LIST_QUERIES):
        asking.get("/exports/")
