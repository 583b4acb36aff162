"""The page that imports a calendar file: looked at, confirmed, imported again."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.calendar.models import Period
from tests.planning import booked, component, person, span, team

pytestmark = pytest.mark.django_db

PAGE = "/calendar/import/"
CLOSED = "UID:close\nSUMMARY:Year end <close>\nDTSTART;VALUE=DATE:20301119"
ROTA = "UID:rota\nSUMMARY:Rota\nDTSTART;TZID=Europe/London:20301102T090000\nDURATION:PT8H\nRRULE:FREQ=WEEKLY;COUNT=4"
ODD = "UID:odd\nSUMMARY:Odd\nDTSTART;TZID=Mars/Base:20301102T090000\nDURATION:PT8H"


@pytest.fixture
def leila(client: Client) -> User:
    user = person("leila", Role.CHANGE_MANAGER)
    client.force_login(user)
    return user


def calendar(*events: str) -> bytes:
    lines = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/Paris\n{lines}END:VCALENDAR\n".encode()


def look(client: Client, data: bytes, **more: str) -> str:
    given = {
        "source": "Closing",
        "kind": "freeze",
        "time_zone": "Europe/London",
        "owner": "leila",
        "step": "look",
        "file": SimpleUploadedFile("c.ics", data),
    }
    response = client.post(PAGE, given | more)
    assert response.status_code == 200
    return response.content.decode()


def confirm(client: Client, text: str) -> str:
    found = re.search(r'name="packed" value="([^"]+)"', text)
    assert found
    return client.post(PAGE, {"step": "import", "packed": found[1]}, follow=True).content.decode()


def test_look_says_what_is_new_and_not_read_and_what_it_catches(client: Client, leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    text = look(client, calendar(CLOSED, ROTA, ODD))
    assert "2 new, 0 changed, 0 taken off, 0 as before." in text
    assert "Year end &lt;close&gt;" in text
    assert "Every Saturday from 09:00 to 17:00, London time, 4 times in all." in text
    assert "time zone “Mars/Base” is not known" in text
    assert "CHG-1" in text
    assert not Period.objects.exists()


def test_import_when_confirmed_counts_and_again_updates(client: Client, leila: User) -> None:
    done = confirm(client, look(client, calendar(CLOSED, ROTA)))
    assert "Closing is on the calendar: 2 new, 0 changed, 0 taken off." in done
    text = look(client, calendar(CLOSED.replace("Year end", "Half-year"), ODD))
    assert "0 new, 1 changed, 1 taken off, 0 as before." in text
    assert "Name: Tuesday 19 November 2030 all day, London time." in text
    assert "/calendar/periods/FRZ-2/" in text
    confirm(client, text)
    assert Period.objects.get(source_uid="close").name == "Half-year <close>"
    assert "There is nothing to change." in look(
        client, calendar(CLOSED.replace("Year end", "Half-year"), ODD)
    )


def test_look_when_the_calendar_is_not_named_takes_its_own_name_or_the_files(
    client: Client, leila: User
) -> None:
    own = calendar(CLOSED).replace(b"X-WR-TIMEZONE", b"X-WR-CALNAME:Holidays\\, UK\nX-WR-TIMEZONE")
    assert "<h1>Import “Holidays, UK”?</h1>" in look(client, own, source=" ")
    assert "<h1>Import “c”?</h1>" in look(client, calendar(CLOSED), source="")


def test_look_lists_what_is_not_read_by_reason_with_its_day(client: Client, leila: User) -> None:
    past = [f"UID:p{day}\nSUMMARY:Past {day}\nDTSTART;VALUE=DATE:2020010{day}" for day in range(1, 8)]
    text = look(client, calendar(CLOSED, ODD, *past))
    assert '<details class="mt-2"><summary><strong>7</strong>: All of it is over.</summary>' in text
    assert "Past 3 <small>Fri 3 Jan 2020</small>" in text
    assert "<p>8, by the reason.</p>" in text


def test_import_lands_where_its_next_time_is(client: Client, leila: User) -> None:
    found = re.search(r'name="packed" value="([^"]+)"', look(client, calendar(CLOSED)))
    assert found
    response = client.post(PAGE, {"step": "import", "packed": found[1]}, follow=True)
    assert response.redirect_chain == [("/calendar/agenda/?from=2030-11-19", 302)]
    text = response.content.decode()
    assert "1 new, 0 changed, 0 taken off. The next is on Tue 19 Nov 2030." in text
    assert "Year end" in text


def test_import_with_a_scope_and_the_files_own_zone(client: Client, leila: User) -> None:
    team("payments")
    text = look(client, calendar(CLOSED), kind="event", time_zone="", teams="payments")
    assert "Whole days are those of Europe/Paris." in text
    confirm(client, text)
    period = Period.objects.get()
    assert (period.ref, period.time_zone) == ("CAL-1", "Europe/Paris")
    assert period.scope == {"covers": {"team": ["payments"]}}


@pytest.mark.parametrize(
    ("data", "more", "said"),
    [
        (b"X" * (2 * 1024 * 1024 + 1), {}, "The file has more than 2 MB. Export a shorter time."),
        (b"hello", {}, "This is not a calendar."),
        (b"", {}, "The file is empty."),
        (calendar(CLOSED), {"source": "x" * 121}, "at most 120 characters"),
        (calendar(CLOSED), {"time_zone": "Mars/Base"}, "There is no time zone “Mars/Base”."),
        (
            calendar(CLOSED).replace(b"Europe/Paris", b"X"),
            {"time_zone": ""},
            "The file does not say its time zone.",
        ),
        (calendar(CLOSED), {"teams": "nobody"}, "There is no team “nobody”."),
    ],
)
def test_look_when_something_is_wrong_says_so(
    client: Client, leila: User, data: bytes, more: dict[str, str], said: str
) -> None:
    text = look(client, data, **more)
    assert "There is a problem" in text
    assert said in text


def test_look_when_the_file_has_50_megabytes_is_stopped_at_the_wall(client: Client, leila: User) -> None:
    file = SimpleUploadedFile("c.ics", b"X" * (50 * 1024 * 1024))
    response = client.post(
        PAGE,
        {"source": "Closing", "kind": "freeze", "owner": "leila", "file": file},
        headers={"referer": f"http://testserver{PAGE}"},
    )
    assert response.status_code == 413
    text = response.content.decode()
    for said in (
        "has 52.4 MB",
        "takes 2.5 MB at once at most",
        "Nothing was changed",
        "export a shorter time",
    ):
        assert said in text
    assert f'href="http://testserver{PAGE}">Back to the form' in text
    elsewhere = client.post(PAGE, {"file": file}, headers={"referer": "https://elsewhere.example/"})
    assert "elsewhere.example" not in elsewhere.content.decode()


def test_import_when_the_look_is_not_ones_own_is_refused(client: Client, leila: User) -> None:
    text = look(client, calendar(CLOSED))
    packed = re.search(r'name="packed" value="([^"]+)"', text)
    assert packed
    assert client.post(PAGE, {"step": "import", "packed": packed[1] + "x"}).status_code == 409
    client.force_login(person("mona", Role.CHANGE_MANAGER))
    assert client.post(PAGE, {"step": "import", "packed": packed[1]}).status_code == 409
    assert not Period.objects.exists()


def test_import_when_shifts_name_nobody_says_so(client: Client, leila: User) -> None:
    text = look(client, calendar(ROTA), kind="on_call")
    assert "There is a problem" in text
    assert "Name whoever is on call." in text
    confirm(client, look(client, calendar(ROTA), kind="on_call", on_call="leila"))
    assert [shift.user for shift in Period.objects.get().people.all()] == [leila]


def test_import_when_not_allowed_is_refused(client: Client) -> None:
    client.force_login(person("leila", Role.OWNER, over=team()))
    given = {
        "source": "C",
        "kind": "event",
        "owner": "leila",
        "file": SimpleUploadedFile("c.ics", calendar(CLOSED)),
    }
    assert client.post(PAGE, given).status_code == 403
    client.force_login(person("amara", Role.REQUESTER))
    assert "Only a Change Manager or a Service Owner may plan" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_look_when_more_is_in_the_file_asks_the_same(client: Client, leila: User, count: int) -> None:
    data = calendar(*(CLOSED.replace("UID:close", f"UID:{number}") for number in range(count)))
    look(client, data)
    with CaptureQueriesContext(connection) as captured:
        look(client, data)
    assert len(captured) == 11
