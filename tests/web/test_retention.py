"""The pages of what the ledger keeps: who sees them, what each does, and that a look comes before an erasure."""

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.accounts.services import deactivate_person
from apps.audit.models import AuditEvent, AuditText
from apps.audit.services import record_event, retire_leaves, seal_pending
from apps.core.actors import person
from apps.retention.models import LegalHold, RetentionPolicy
from apps.retention.rules.holds import HoldScopeInput
from apps.retention.services import place_hold
from tests.people import LOADER, add_person

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 10
ADDRESSES = ("", "policy/", "erase/", "holds/new/")


@pytest.fixture
def manager() -> User:
    return add_person("leila", "change_manager")


@pytest.fixture
def keeping(client: Client, manager: User) -> Client:
    client.force_login(manager)
    return client


def a_note(by: User) -> int:
    return record_event(
        event="change.noted", actor=person(by), obj=("change", "CHG-1"), private={"note": "Zoë said so"}
    )


def test_retention_says_that_everything_is_kept(keeping) -> None:
    page = keeping.get("/ledger/retention/").content.decode()
    assert "Nothing is deleted by default" in page
    assert "Keep everything" in page


@pytest.mark.parametrize(("role", "statuses"), [("auditor", (200, 403, 403, 403)), ("owner", (403,) * 4)])
def test_retention_by_role_shows_or_refuses(client, role, statuses) -> None:
    client.force_login(add_person("ruth", role))
    assert tuple(client.get(f"/ledger/retention/{each}").status_code for each in ADDRESSES) == statuses
    assert client.get("/ledger/retention/holds/HOLD-1/lift/").status_code == 404


def test_hold_is_placed_shown_and_lifted_with_plain_posts(keeping, manager) -> None:
    a_note(manager)
    assert (
        "Choose what the hold covers"
        in keeping.post("/ledger/retention/holds/new/", {"reason": "x"}).content.decode()
    )
    keeping.post("/ledger/retention/holds/new/", {"kind": "record", "record": "CHG-1", "reason": "Case 7"})
    hold = LegalHold.objects.get()
    assert "Case 7" in keeping.get("/ledger/retention/").content.decode()
    lift = f"/ledger/retention/holds/{hold.ref}/lift/"
    assert "Say why" in keeping.post(lift, {"reason": ""}).content.decode()
    assert keeping.post(lift, {"reason": "Over"}).status_code == 302
    hold.refresh_from_db()
    assert hold.lifted_reason == "Over"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "component", "component": "model:default/none", "reason": "x"},
        {"kind": "person", "person": "nobody", "reason": "x"},
        {"kind": "period", "start": "2026-02-02", "end": "2026-02-01", "reason": "x"},
        {"kind": "record", "record": "CHG-1", "reason": ""},
        {"kind": "record", "record": "CHG 1", "reason": "x"},
    ],
)
def test_hold_that_cannot_be_taken_says_why(keeping, given) -> None:
    page = keeping.post("/ledger/retention/holds/new/", given)
    assert page.status_code == 200
    assert b"data-error-summary" in page.content
    assert not LegalHold.objects.exists()


def test_erase_looks_first_and_erases_on_confirmation(keeping, manager) -> None:
    zoe = add_person("zoe")
    number = a_note(zoe)
    given = {"person": "zoe", "entries": "", "reason": "She asked"}
    look = keeping.post("/ledger/retention/erase/", {**given, "step": "look"}).content.decode()
    assert "Erase 4 texts?" in look
    assert "may still sign in" in look
    assert 'value="erase"' not in look
    deactivate_person(actor=LOADER, user=zoe)
    look = keeping.post("/ledger/retention/erase/", {**given, "step": "look"}).content.decode()
    assert 'value="erase"' in look
    assert AuditText.objects.filter(event=number).exists()
    assert keeping.post("/ledger/retention/erase/", {**given, "step": "erase"}).status_code == 302
    assert not AuditText.objects.filter(event=number).exists()
    page = keeping.get("/ledger/retention/").content.decode()
    assert "Erased 4 texts of 2 entries" in page
    assert "Erased person" in keeping.get(f"/ledger/{number}/").content.decode()


def test_erase_of_what_a_hold_covers_names_the_hold_and_is_refused(keeping, manager) -> None:
    number = a_note(manager)
    hold = place_hold(actor=person(manager), scope=HoldScopeInput("record", "CHG-1"), reason="Case")
    given = {"entries": str(number), "reason": "Asked"}
    look = keeping.post("/ledger/retention/erase/", {**given, "step": "look"}).content.decode()
    assert hold.ref in look
    assert 'value="erase"' not in look
    answer = keeping.post("/ledger/retention/erase/", {**given, "step": "erase"})
    assert answer.status_code == 403
    assert hold.ref in answer.content.decode()
    assert AuditText.objects.filter(event=number).exists()


@pytest.mark.parametrize(
    "given",
    [
        {"reason": "x"},
        {"person": "nobody", "reason": "x"},
        {"entries": "one two", "reason": "x"},
        {"entries": "9" * 30, "reason": "x"},
        {"entries": " ".join(["1"] * 501), "reason": "x"},
        {"entries": "1", "reason": " "},
    ],
)
def test_erase_that_cannot_be_taken_says_why(keeping, given) -> None:
    page = keeping.post("/ledger/retention/erase/", {**given, "step": "erase"})
    assert page.status_code == 200
    assert b"data-error-summary" in page.content


def test_policy_is_put_in_force(keeping) -> None:
    assert b"data-error-summary" in keeping.post("/ledger/retention/policy/", {"keep_years": "0"}).content
    keeping.post("/ledger/retention/policy/", {"name": "REC-7", "keep_years": "10", "reason": "Law"})
    assert RetentionPolicy.objects.get().keep_years == 10
    assert "10 years" in keeping.get("/ledger/retention/").content.decode()


def test_retired_entry_says_under_which_policy(keeping, manager) -> None:
    number = a_note(manager)
    seal_pending()
    leaf = AuditEvent.objects.get(pk=number).leaf.index
    retire_leaves(actor=LOADER, policy="REC-7", decided_by=f"person:{manager.pk}", leaves=[leaf])
    page = keeping.get(f"/ledger/{number}/").content.decode()
    assert "REC-7" in page
    assert "Checked just now" in page
    assert keeping.get("/ledger/").status_code == 200
    assert str(manager) in keeping.get("/ledger/retention/").content.decode()


@pytest.mark.parametrize("items", [1, 3])
def test_retention_asks_the_same_number_of_statements(
    keeping, manager, items, django_assert_num_queries
) -> None:
    for number in range(items):
        place_hold(actor=person(manager), scope=HoldScopeInput("person", person=manager.pk), reason="Case")
        seal_pending()
        retire_leaves(actor=LOADER, policy="P", decided_by=f"person:{manager.pk}", leaves=[number])
    with django_assert_num_queries(PAGE_QUERIES):
        keeping.get("/ledger/retention/")


@pytest.mark.parametrize("end", ["9999-12-31", "9999-12-30"])
def test_hold_up_to_the_end_of_the_calendar_is_answered(keeping, end: str) -> None:
    given = {"kind": "period", "start": "2026-01-01", "end": end, "reason": "Case 7"}
    assert keeping.post("/ledger/retention/holds/new/", given).status_code in (200, 302)


@pytest.mark.parametrize(("start", "end"), [("0001-01-01", "2026-01-01"), ("2026-01-01", "9999-12-30")])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
def test_hold_of_the_longest_period_is_shown_in_every_zone(keeping, manager, start, end, zone) -> None:
    given = {"kind": "period", "start": start, "end": end, "reason": "Case 7"}
    assert keeping.post("/ledger/retention/holds/new/", given).status_code == 302
    User.objects.filter(pk=manager.pk).update(time_zone=zone)
    shown = "1 Jan 2026" if start == "2026-01-01" else "2 Jan 2026"
    assert shown in keeping.get("/ledger/retention/").content.decode()
    placed = AuditEvent.objects.get(event="hold.placed").pk
    assert keeping.get(f"/ledger/{placed}/").status_code == 200
    assert keeping.get("/ledger/").status_code == 200
