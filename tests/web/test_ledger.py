"""The pages of the ledger: what each person sees, how it is narrowed, and what an entry proves."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.audit.services import anchor_checkpoint, begin_ledger_epoch, record_event, seal_pending
from apps.changes.rules.steps import TRANSITIONS
from apps.core import actors, clock
from apps.web.entry_words import WORDS
from tests.audit.restoring import backed_up
from tests.changes.estate import Estate, sign_all, submitted
from tests.dba import unguarded
from tests.people import add_person
from tests.web.reading import words_at

pytestmark = pytest.mark.django_db

LIST_QUERIES = 11
ENTRY_QUERIES = 12


@pytest.fixture
def validator() -> User:
    return add_person("ingrid", Role.VALIDATOR)


@pytest.fixture
def reading(client: Client, validator: User) -> Client:
    client.force_login(validator)
    return client


@pytest.fixture
def before(validator: User) -> int:
    """Seal what setting up wrote; return how many entries that is."""
    checkpoint = seal_pending()
    assert checkpoint is not None
    return checkpoint.size


def note(number: int = 1, *, event: str = "change.submitted", kind: str = "change", **more) -> AuditEvent:
    """Write one entry by a person."""
    by = User.objects.get(username="ingrid")
    obj = (kind, f"CHG-{number}" if kind == "change" else str(number))
    with transaction.atomic():
        number = record_event(event=event, actor=actors.person(by), obj=obj, data={"revision": 2}, **more)
        return AuditEvent.objects.get(pk=number)


def links(client: Client, address: str) -> dict[str, str]:
    """Return the addresses of the pages before and after."""
    page = client.get(address).content.decode()
    return {rel: unescape(url) for url, rel in re.findall(r'href="([^"]+)" rel="(prev|next)"', page)}


def entries_on(client: Client, address: str) -> list[int]:
    return [int(n) for n in re.findall(r'href="/ledger/(\d+)/"', client.get(address).content.decode())]


def test_list_says_who_did_what_to_which_record_and_whether_it_is_sealed(
    reading: Client, before: int
) -> None:
    sealed = note(1042)
    seal_pending()
    note(7, event="access.denied", private={"reason": "She wrote step 1 of the plan."})
    page = words_at(reading, "/ledger/")
    assert f"Verified up to entry {before + 1} Signed" in page
    assert "Ingrid" in page
    assert "Submitted revision 2 CHG-1042 Sealed" in page
    assert "Refused: She wrote step 1 of the plan. CHG-7 Not sealed yet" in page
    assert f'href="/ledger/{sealed.pk}/"' in reading.get("/ledger/").content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_list_hides_people_tokens_and_exports_from_all_but_overseers(client: Client, role: Role) -> None:
    add_person("ingrid", Role.VALIDATOR)
    note(kind="token", event="token.issued")
    client.force_login(add_person("reader", role))
    seen = role in (Role.AUDITOR, Role.CHANGE_MANAGER)
    assert ("Issued a token" in words_at(client, "/ledger/")) == seen


def test_list_for_a_person_without_a_role_is_refused_and_recorded(client: Client) -> None:
    client.force_login(add_person("nobody"))
    page = client.get("/ledger/")
    assert page.status_code == 403
    assert "hold a role here" in page.content.decode()
    assert AuditEvent.objects.get(event="access.denied").object_id == "/ledger/"


def test_list_for_a_stranger_asks_to_sign_in(client: Client) -> None:
    assert client.get("/ledger/").headers["Location"].startswith("/accounts/login/")


def test_list_pages_reach_every_entry_once_both_ways(reading: Client, monkeypatch) -> None:
    monkeypatch.setattr("apps.web.views.ledger.PAGE", 2)
    made = [note(number).pk for number in range(5)][::-1]
    there, address, seen = [], "/ledger/?kind=changes", []
    while address:
        there.append(address)
        seen += entries_on(reading, address)
        following = links(reading, address).get("next")
        address = f"/ledger/{following}" if following else ""
    assert seen == made
    assert "kind=changes" in there[-1]
    back, address = [], there[-1]
    while previous := links(reading, address).get("prev"):
        address = f"/ledger/{previous}"
        back = entries_on(reading, address) + back
    assert back == made[:4]


@pytest.mark.parametrize("query", ["after=", "after=x-1", "before=1-x", f"after={'9' * 40}-1", "before=²-1"])
def test_list_with_a_broken_place_starts_at_the_newest(reading: Client, query: str) -> None:
    entry = note()
    assert entries_on(reading, f"/ledger/?{query}") == [entry.pk]


def test_list_narrowed_shows_what_matches_alone(reading: Client, monkeypatch) -> None:
    old = note(1)
    later = clock.now() + timedelta(days=40)
    monkeypatch.setattr(clock, "now", lambda: later)
    new = note(2, event="review.opened")
    today = clock.now().date().isoformat()
    assert entries_on(reading, "/ledger/?q=chg-1") == [old.pk]
    assert entries_on(reading, "/ledger/?kind=reviews&kind=cards") == [new.pk]
    assert entries_on(reading, f"/ledger/?start={today}") == [new.pk]
    assert entries_on(reading, f"/ledger/?end={today}&kind=changes") == [old.pk]
    assert entries_on(reading, "/ledger/?by=person&person=ingrid") == [new.pk, old.pk]
    assert entries_on(reading, "/ledger/?by=system") == []
    assert "Drop a filter" in words_at(reading, "/ledger/?by=system")


def test_list_with_a_wrong_filter_says_so_at_the_field(reading: Client) -> None:
    note()
    page = words_at(reading, "/ledger/?start=2026-03-05&end=2026-03-01&person=ghost")
    assert "There is a problem" in page
    assert "The last day must not come before the first day." in page
    assert "Nobody here has this user name." in page


@pytest.mark.parametrize("number", [1, 3])
def test_list_number_of_queries_is_constant(reading: Client, django_assert_num_queries, number: int) -> None:
    for each in range(number):
        note(each, private={"reason": "Because."})
    seal_pending()
    reading.get("/ledger/")
    with django_assert_num_queries(LIST_QUERIES):
        reading.get("/ledger/")


@pytest.mark.parametrize("number", [1, 3])
def test_entry_number_of_queries_is_constant(reading: Client, django_assert_num_queries, number: int) -> None:
    last = [note(each, private={"reason": "Because."}) for each in range(number)][-1]
    seal_pending()
    reading.get("/ledger/")
    with django_assert_num_queries(ENTRY_QUERIES):
        reading.get(f"/ledger/{last.pk}/")


def test_entry_sealed_shows_its_proof_and_that_it_holds(reading: Client, before: int) -> None:
    made = [note(number, private={"reason": "Ümläut <b>"}) for number in range(3)]
    seal_pending()
    page = words_at(reading, f"/ledger/{made[1].pk}/")
    assert f"Entry {before + 2}" in page
    assert "Checked just now" in page
    assert bytes(made[1].leaf_hash).hex() in page
    assert f"signed root of {before + 3} entries" in page
    assert "Ümläut <b>" in page
    assert bytes(made[1].entry).decode() in unescape(reading.get(f"/ledger/{made[1].pk}/").content.decode())


def test_entry_not_sealed_where_the_key_is_not_says_so(reading: Client) -> None:
    assert "Not sealed yet" in words_at(reading, f"/ledger/{note().pk}/")


def test_entry_not_sealed_is_sealed_for_its_reader(reading: Client, before: int) -> None:
    assert f"Entry {before + 1}" in (page := words_at(reading, f"/ledger/{note().pk}/"))
    assert "lead to the signed root" in page


def test_entry_not_sealed_over_a_broken_ledger_says_so(
    reading: Client, before: int, ledger_home: Path
) -> None:
    (ledger_home / "ledger.head").unlink()
    assert "Not sealed yet" in words_at(reading, f"/ledger/{note().pk}/")


def test_entry_with_an_erased_text_says_so(reading: Client) -> None:
    entry = note(private={"reason": "Personal."})
    with unguarded():
        entry.texts.all().delete()
    assert "Erased. The entry still verifies." in words_at(reading, f"/ledger/{entry.pk}/")


def test_entry_of_a_first_revision_reads_as_people_say_it(client: Client, estate: Estate) -> None:
    change = submitted(estate)
    client.force_login(change.requester)
    entry = AuditEvent.objects.get(event="change.submitted")
    page = words_at(client, f"/ledger/{entry.pk}/")
    assert f"{change.requester} submitted revision 1" in page
    assert "Before and after" not in page


def test_list_of_a_whole_change_has_words_for_every_step(client: Client, estate: Estate) -> None:
    change = submitted(estate)
    sign_all(estate, change)
    client.force_login(change.requester)
    page = client.get(f"/ledger/?q={change.ref}").content.decode()
    assert "Signed revision 1 as" in page
    assert "Set the window:" in page
    assert "{" not in re.sub(r"<[^>]+>", "", page.split("<tbody>")[1].split("</tbody>")[0])


def test_words_exist_for_every_event_that_the_portal_records() -> None:
    sources = (path.read_text() for path in Path("apps").rglob("*.py"))
    written = {event for source in sources for event in re.findall(r'event="([a-z_]+\.[a-z_]+)"', source)}
    moves = {f"change.{move.past.replace(' ', '_')}" for move in TRANSITIONS}
    assert len(written) > 30
    assert (written | moves) - WORDS.keys() == {"access.denied"}


def test_entry_guarded_is_not_found_and_recorded(reading: Client) -> None:
    hidden = note(3, kind="export", event="export.requested")
    assert reading.get(f"/ledger/{hidden.pk}/").status_code == 404
    denied = AuditEvent.objects.get(event="access.denied")
    assert (denied.object_type, denied.object_id) == ("entry", str(hidden.pk))


@pytest.mark.parametrize("number", [999_999, 2**63, 10**30])
def test_entry_that_does_not_exist_is_not_found_and_not_recorded(reading: Client, number: int) -> None:
    assert reading.get(f"/ledger/{number}/").status_code == 404
    assert not AuditEvent.objects.filter(event="access.denied").exists()


@pytest.mark.parametrize(("role", "offered"), [(Role.VALIDATOR, False), (Role.AUDITOR, True)])
def test_list_offers_an_export_to_those_who_may_have_one(client: Client, role: Role, offered: bool) -> None:
    client.force_login(add_person("somebody", role))
    assert ("Export these" in client.get("/ledger/").content.decode()) is offered


def test_list_says_that_the_ledger_is_signed_and_not_anchored(reading: Client, before: int) -> None:
    page = words_at(reading, "/ledger/")
    assert f"Verified up to entry {before}" in page
    assert "Not anchored outside the portal" in page


def test_list_says_since_when_the_ledger_is_anchored_and_what_did_not_arrive(
    reading: Client, before: int, settings
) -> None:
    settings.LEDGER_ANCHOR_MAIL = ["audit@example.org"]
    with clock.moved_to(datetime(2026, 11, 3, 9, tzinfo=UTC)):
        anchor_checkpoint()
    settings.LEDGER_TSA_URL = "http://127.0.0.1:1/"
    anchor_checkpoint()
    page = words_at(reading, "/ledger/")
    assert "Anchored outside the portal since Tue 3 Nov" in page
    assert "The last anchor did not arrive at a time-stamp authority" in page


def test_list_over_a_broken_ledger_says_so_first(reading: Client, before: int, ledger_home: Path) -> None:
    (ledger_home / "ledger.head").unlink()
    page = words_at(reading, "/ledger/")
    assert "The ledger does not fit what was signed." in page
    assert "Verified up to entry" not in page


def test_list_of_a_second_epoch_says_what_is_lost(reading: Client, before: int) -> None:
    restore = backed_up()
    note()
    note()
    seal_pending()
    restore()
    assert "An older copy was restored" in words_at(reading, "/ledger/")
    begin_ledger_epoch(actor=actors.system("tests"), reason="Disk died")
    page = words_at(reading, "/ledger/")
    assert f"Epoch 2 began after entry {before}: 2 signed entries were lost" in page
    assert f"Began epoch 2 of the ledger after entry {before}" in page
