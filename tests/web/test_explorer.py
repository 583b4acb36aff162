"""Looking through the ledger: searching it, and seeing a record as it stood."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import transaction
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import grant_role, revoke_role
from apps.audit.models import AuditEvent
from apps.audit.selectors import entries_for
from apps.audit.services import record_event
from apps.changes.services import revise_change, submit_change
from apps.core import actors, clock
from apps.web.replay import replayed
from tests.changes.estate import NOW, Estate, at, draft, fresh, sign_all, submitted
from tests.people import add_person
from tests.web.reading import words_at

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
AT_QUERIES = 12


@pytest.fixture
def auditor(client: Client) -> User:
    user = add_person("ruth.audits", Role.AUDITOR)
    client.force_login(user)
    return user


def note(
    ident: str = "CHG-1", *, event: str = "change.noted", kind: str = "change", data=None, **texts
) -> int:
    with transaction.atomic():
        return record_event(
            event=event, actor=actors.system("clock"), obj=(kind, ident), data=data, private=texts
        )


def entries_on(client: Client, address: str) -> list[int]:
    return [
        int(n)
        for n in re.findall(r'class="seq"><a href="/ledger/(\d+)/"', client.get(address).content.decode())
    ]


def test_list_searched_shows_what_has_the_words_and_says_how_many(client: Client, auditor: User) -> None:
    wanted = note(reason="The fairness threshold")
    note(reason="Something else")
    assert entries_on(client, "/ledger/?text=fairness") == [wanted]
    assert "1 entry with “fairness”" in words_at(client, "/ledger/?text=fairness")
    assert "Drop a filter or a word" in words_at(client, "/ledger/?text=zebra")
    assert 'value="fairness"' in client.get("/ledger/?text=fairness").content.decode()


def test_list_searched_no_further_than_it_looked_says_so_and_leads_on(
    client: Client, auditor: User, monkeypatch
) -> None:
    for name in ("FIRST_ROWS", "WALK_ROWS", "RARE"):
        monkeypatch.setattr(f"apps.audit.selectors.search.{name}", 1)
    wanted = note(reason="alpha beta")
    for word in ("alpha", "beta", "alpha", "beta"):
        note(reason=word)
    page = client.get("/ledger/?text=alpha+beta").content.decode()
    assert "Searched back to" in page
    assert "Nothing so far" in page
    seen: list[int] = []
    for _ in range(10):
        address = re.search(r'href="(\?[^"]+)">Search further back', page)
        if address is None:
            break
        page = client.get(f"/ledger/{unescape(address[1])}").content.decode()
        seen += [int(n) for n in re.findall(r'class="seq"><a href="/ledger/(\d+)/"', page)]
    assert seen == [wanted]


def test_list_counts_no_further_than_it_says(client: Client, auditor: User, monkeypatch) -> None:
    monkeypatch.setattr("apps.web.views.ledger.PAGE", 2)
    monkeypatch.setattr("apps.web.views.ledger.COUNTED", 4)
    for _ in range(4):
        note()
    assert "4 entries for CHG-1" in words_at(client, "/ledger/?q=CHG-1")
    note()
    assert "More than 4 entries for CHG-1" in words_at(client, "/ledger/?q=CHG-1")


def test_list_about_a_change_or_a_component_holds_what_belongs_to_it(client: Client, estate: Estate) -> None:
    change = submitted(estate)
    component = change.items.first().component
    client.force_login(estate.people["ruth"])
    page = words_at(client, f"/ledger/?about={change.ref.lower()}")
    assert f"for {change.ref}" in page
    assert "Set the window" in page
    assert "Submitted revision 1" in words_at(client, f"/ledger/?about={component.key}")
    assert "Name a change, such as CHG-1042" in words_at(client, "/ledger/?about=credit")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.CHANGE_MANAGER, Role.VALIDATOR])
def test_refusals_of_seven_days_are_counted_for_overseers_alone(client: Client, role: str) -> None:
    client.force_login(add_person("reader", role))
    with clock.moved_to(clock.now() - timedelta(days=9)):
        note(event="access.denied", reason="Long ago")
    late = [note(event="access.denied", data={"action": "sign"}, reason=f"Reason {n}") for n in range(2)]
    page = client.get("/ledger/").content.decode()
    link = re.search(r'href="(\?kind=refused[^"]+)">([^<]+)<', page)
    if role == Role.VALIDATOR:
        assert link is None
        return
    assert link is not None
    assert link[2] == "2 refused in 7 days"
    assert entries_on(client, f"/ledger/{unescape(link[1])}") == late[::-1]
    assert "Refused: Reason 1" in words_at(client, f"/ledger/{unescape(link[1])}")


def test_change_as_at_each_moment_shows_its_revision_and_who_had_signed(
    client: Client, estate: Estate
) -> None:
    with at(NOW - 2 * HOUR):
        change = draft(estate)
    with at(NOW - HOUR):
        change = submit_change(actor=estate.actor("amara"), change=change)
    sign_all(estate, change)
    with at(NOW + HOUR):
        revise_change(actor=estate.actor("amara"), change=fresh(change))
    client.force_login(estate.people["henrik"])

    def page(hours: float) -> str:
        moment = (NOW + hours * HOUR).replace(tzinfo=None).isoformat()
        return words_at(client, f"/ledger/at/change/{change.ref}/?at={moment}")

    assert "It was not in the ledger yet" in page(-3)
    assert "Revision 1" not in page(-1.5)
    sent = page(-0.5)
    assert "Revision 1, in force then" in sent
    assert change.revision.digest in sent
    assert "Not signed by then" in sent
    assert "State In review" in sent
    signed = page(0.5)
    assert "Not signed by then" not in signed
    assert "Henrik Lindqvist" in signed
    assert "State Approved" in signed
    revised = page(1.5)
    assert "taken back to be revised" in revised
    assert "State Draft" in revised


def test_record_as_at_is_one_address_for_everyone_whatever_clock_they_read(
    client: Client, auditor: User
) -> None:
    User.objects.filter(pk=auditor.pk).update(time_zone="Asia/Tokyo")
    with clock.moved_to(NOW):
        note("FRZ-3", kind="freeze", event="freeze.declared", data={"tier": 1}, name="Autumn")
    answer = client.get("/ledger/at/", {"record": "frz-3", "at": "2026-11-09T09:00:00"})
    assert answer.headers["Location"] == "/ledger/at/freeze/FRZ-3/?at=2026-11-09T09%3A00%3A00.000000Z"
    page = words_at(client, answer.headers["Location"])
    assert "At Mon 9 Nov, 09:00 UTC" in page
    assert "which was Mon 9 Nov, 18:00 JST, Asia/Tokyo" in page
    assert "Name Autumn" in page
    assert f"http://testserver{answer.headers['Location']}" in page
    earlier = "/ledger/at/freeze/FRZ-3/?at=2026-11-09T08:59:59"
    assert "not in the ledger yet" in words_at(client, earlier)


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", "²", "0001-01-01T00:00+23:59"])
def test_record_as_at_a_broken_moment_asks_again(client: Client, auditor: User, moment: str) -> None:
    note()
    page = client.get("/ledger/at/change/CHG-1/", {"at": moment})
    assert page.status_code == 422
    assert "give a day and time such as" in page.content.decode()
    assert client.get("/ledger/at/", {"record": "CHG-1", "at": moment}).status_code == 422
    assert client.get("/ledger/at/", {"record": "nonsense"}).status_code == 422
    assert client.get("/ledger/at/").status_code == 200


def test_draft_of_another_as_at_any_moment_is_not_found_and_the_look_is_recorded(
    client: Client, estate: Estate
) -> None:
    change = draft(estate)
    client.force_login(estate.people["henrik"])
    assert client.get(f"/ledger/at/change/{change.ref}/").status_code == 404
    assert AuditEvent.objects.filter(event="access.denied", object_id=change.ref).count() == 1
    assert client.get("/ledger/at/change/CHG-99999/").status_code == 404
    assert client.get(f"/ledger/at/person/{estate.people['amara'].pk}/").status_code == 404
    client.force_login(estate.people["amara"])
    assert client.get(f"/ledger/at/change/{change.ref}/").status_code == 200


def test_person_as_at_shows_the_roles_held_then(client: Client, auditor: User) -> None:
    noor, boss = add_person("noor"), actors.system("import_catalog")
    with clock.moved_to(NOW):
        grant = grant_role(actor=boss, user=noor, role=Role.OWNER)
    with clock.moved_to(NOW + HOUR):
        revoke_role(actor=boss, grant=grant)
    address = f"/ledger/at/person/{noor.pk}/?at="
    assert "owner over everything" in words_at(client, f"{address}2026-11-09T09:30")
    assert (
        "owner over everything"
        not in words_at(client, f"{address}2026-11-09T10:30").split("latest entries")[0]
    )


def test_replay_of_each_prefix_holds_what_its_last_entries_said() -> None:
    key = "model:default/m"
    told = [
        ("component.registered", {"kind": "model", "tier": 2}),
        ("component.version_added", {"version": "1", "digest": "a"}),
        (
            "component.dependencies_changed",
            {"added": [{"provider": "p", "kind": "reads", "contract": ""}], "removed": []},
        ),
        ("component.updated", {"digest": "b", "fields": ["tier"]}),
        ("access.denied", {"action": "x", "tier": 9}),
        ("component.dependencies_changed", {"added": [], "removed": [{"provider": "p", "kind": "reads"}]}),
        ("component.version_retired", {"version": "1"}),
        ("component.retired", {"source": "mlflow"}),
    ]
    for event, data in told:
        note(key, kind="component", event=event, data=data)
    steps = entries_for("component", key)
    states = [
        {name: one.value for name, one in replayed(steps[:end]).items()} for end in range(len(told) + 1)
    ]
    assert states[0] == {}
    assert states[1] == {"kind": "model", "tier": 2, "in_use": "yes"}
    assert states[2] == states[1] | {"version 1": "added"}
    assert states[3] == states[2] | {"reads p": "no contract"}
    assert states[4] == states[3] | {"digest": "b"}
    assert states[5] == states[4]
    assert states[6] == states[2] | {"digest": "b"}
    assert states[7] == states[6] | {"version 1": "retired"}
    assert states[8] == states[7] | {"in_use": "no", "source": "mlflow"}


def test_entry_shows_field_by_field_what_it_changed(client: Client, auditor: User) -> None:
    plan = {"time_zone": "UTC", "state": "planned"}
    first = note("CHG-5", kind="booking", event="booking.made", data={"start": "2026-11-19T06:00:00Z"} | plan)
    moved = note(
        "CHG-5", kind="booking", event="booking.changed", data={"start": "2026-11-20T07:00:00Z"} | plan
    )
    assert "Before and after" not in words_at(client, f"/ledger/{first}/")
    page = words_at(client, f"/ledger/{moved}/")
    assert "Before (step before) After (step 2)" in page
    assert "Start Thu 19 Nov, 06:00 UTC Fri 20 Nov, 07:00 UTC" in page
    assert "Time zone UTC UTC" not in page


def test_entry_names_its_permanent_link_and_leads_to_the_record_as_it_stood(
    client: Client, auditor: User
) -> None:
    pk = note("FRZ-4", kind="freeze", event="freeze.declared", data={"tier": 1})
    note("FRZ-4", kind="freeze", event="freeze.lifted", data={"tier": 1})
    page = client.get(f"/ledger/{pk}/").content.decode()
    assert f'href="http://testserver/ledger/{pk}/" rel="bookmark"' in page
    address = re.search(r'href="(/ledger/at/[^"]+)"', page)
    assert address is not None
    stood = words_at(client, unescape(address[1]))
    assert "Tier 1" in stood
    assert "Lifted" not in stood.split("latest entries")[0]


@pytest.mark.parametrize("changes", [1, 3])
def test_record_as_at_number_of_queries_is_constant(
    client: Client, estate: Estate, django_assert_num_queries, changes: int
) -> None:
    for _ in range(changes):
        change = submitted(estate)
        sign_all(estate, change)
    client.force_login(estate.people["ruth"])
    client.get(f"/ledger/at/change/{change.ref}/")
    with django_assert_num_queries(AT_QUERIES):
        client.get(f"/ledger/at/change/{change.ref}/")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
def test_record_as_at_the_ends_of_the_calendar_is_asked_for_again_in_every_zone(
    client: Client, auditor: User, moment: str, zone: str
) -> None:
    note()
    User.objects.filter(pk=auditor.pk).update(time_zone=zone)
    words_at(client, f"/ledger/at/change/CHG-1/?at={moment}", 422)


@pytest.mark.parametrize("record", ["a:\nb", "a:\u2028b", ":", "CHG-\u0661", "a:/", "a:../..", "a:?#%00"])
def test_record_to_choose_with_an_odd_name_is_asked_for_again_or_not_found(
    client: Client, auditor: User, record: str
) -> None:
    assert client.get("/ledger/at/", {"record": record}, follow=True).status_code in (404, 422)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize(
    "address",
    [
        "/ledger/?start=0001-01-01&end=9999-12-31",
        "/ledger/?start=9999-12-31",
        "/ledger/?after=9999999999999999-1&before=9999999999999999-999999999999999999",
        "/ledger/?after=0-0",
        "/ledger/?q=a%00&text=b%00&about=c%00:&person=d%00&kind=e%00&by=f%00&start=g%00",
        "/ledger/?text=%27%29%3A*%20%26%20%7C%20%21%20%5C%27%20_%20%C2%B2%20%25s%20%7B%7D",
        "/ledger/?text=<->%20a:*%20!b%20(c)%20%EF%BC%87%20%22d",
        "/ledger/frameworks/?start=0001-01-01&end=9999-12-30",
        "/ledger/frameworks/?start=9999-12-31&end=9999-12-31",
        "/exports/?start=0001-01-01&end=9999-12-31&subject=x&format=y&fields=z&kind=a&q=CHG-%D9%A1",
        "/exports/new/?start=0001-01-01&end=9999-12-30",
        "/exports/new/?start=0001-01-01&end=9999-12-31&change=CHG-99999999999999&component=%00&person=%00",
        "/exports/new/?start=2026-01-01&end=2026-01-02&change=CHG-%D9%A1&component=a%0Ab",
        "/exports/new/?start=2026-01-01&end=2026-01-02&subject=sample&format=bundle&seed=%00",
        "/exports/new/?start=2026-01-01&end=2026-01-02&subject=population&format=pdf&component=x",
    ],
)
def test_address_with_odd_answers_is_answered(client: Client, auditor: User, address: str, zone: str) -> None:
    note()
    User.objects.filter(pk=auditor.pk).update(time_zone=zone)
    assert client.get(address).status_code in (200, 302, 422), address


def test_refused_look_at_a_guarded_entry_shows_nobody_but_overseers_that_it_exists(client: Client) -> None:
    hidden = note("7", event="person.added", kind="person")
    client.force_login(add_person("rita.requests", Role.REQUESTER))
    assert client.get(f"/ledger/{hidden}/").status_code == 404
    refused = AuditEvent.objects.get(event="access.denied", object_type="entry").pk
    assert refused not in entries_on(client, "/ledger/")
    client.force_login(add_person("ruth.audits", Role.AUDITOR))
    assert refused in entries_on(client, "/ledger/")
