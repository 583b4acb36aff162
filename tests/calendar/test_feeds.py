"""Calendar feeds: who may read them, and what a calendar program is told."""

import hashlib
import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar, Event

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.audit.models import AuditEvent
from apps.calendar.enums import FeedShows
from apps.calendar.models import Booking, CalendarFeed
from apps.calendar.rules import span_from_local
from apps.calendar.services import finish_booking, make_feed, release_booking, revoke_feed
from apps.core import actors, clock
from apps.core.errors import Forbidden, Invalid
from portal.log_lines import HideFeedSecrets
from tests.planning import SYSTEM, booked, component, person, span, team

pytestmark = pytest.mark.django_db
BASE = "http://localhost:8000"


@pytest.fixture
def femi() -> User:
    return person("femi", Role.OWNER)


def address(user: User, shows: str = FeedShows.VIEW, query: str = "") -> str:
    _, secret = make_feed(actor=actors.person(user), name="Changes", shows=shows, query=query)
    return f"/calendar/feeds/{secret}.ics"


def read(path: str, **headers: str) -> Calendar:
    answer = Client().get(path, headers=headers)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content)


def events(path: str) -> dict[str, Event]:
    return {str(each["uid"]): each for each in read(path).walk("VEVENT")}


def test_feed_is_made_with_a_digest_alone_and_an_entry_without_its_secret(femi: User) -> None:
    feed, secret = make_feed(actor=actors.person(femi), name=" My  work ", shows="mine")
    stored = CalendarFeed.objects.values().get(pk=feed.pk)
    assert stored["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.partition("_")[2] not in str(stored)
    assert (feed.name, stored["prefix"]) == ("My work", secret.partition("_")[0])
    entry = AuditEvent.objects.get(event="feed.made")
    assert secret.partition("_")[2].encode() not in bytes(entry.entry)
    assert b"My work" not in bytes(entry.entry)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " ", "shows": "mine"}, "name"),
        ({"name": "x" * 81, "shows": "mine"}, "name"),
        ({"name": "x", "shows": "all"}, "shows"),
        ({"name": "x", "shows": "team"}, "team"),
        ({"name": "x", "shows": "component", "query": "team=credit"}, "component"),
        ({"name": "x", "shows": "view", "query": "tag=" + "x" * 1000}, "shows"),
    ],
)
def test_feed_that_lacks_something_is_refused_at_the_field(
    femi: User, given: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make_feed(actor=actors.person(femi), **given)
    assert list(refused.value.fields) == [field]


def test_only_its_person_revokes_a_feed_and_once(femi: User) -> None:
    feed, _ = make_feed(actor=actors.person(femi), name="x", shows="mine")
    with pytest.raises(Forbidden):
        revoke_feed(actor=actors.person(person("leila", Role.CHANGE_MANAGER)), feed=feed)
    with pytest.raises(Forbidden):
        make_feed(actor=SYSTEM, name="x", shows="mine")
    for _ in range(2):
        revoke_feed(actor=actors.person(femi), feed=feed)
    assert AuditEvent.objects.filter(event="feed.revoked").count() == 1


def test_feed_is_read_without_a_session_and_never_written(femi: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    path = address(femi)
    answer = Client().get(path)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers
    assert answer.content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert Client().head(path).status_code == 200
    assert Client().head(path).content == b""
    assert [getattr(Client(), verb)(path).status_code for verb in ("post", "put", "delete", "patch")] == [
        405
    ] * 4


def test_revoked_wrong_and_unknown_addresses_are_answered_alike(femi: User) -> None:
    path = address(femi)
    wrong = path[:-6] + ("AA.ics" if path[-6:-4] != "AA" else "BB.ics")
    unknown = "/calendar/feeds/00000000_" + "x" * 43 + ".ics"
    revoked = address(femi)
    revoke_feed(actor=actors.person(femi), feed=CalendarFeed.objects.first())  # type: ignore[arg-type]
    strange = [
        wrong,
        unknown,
        revoked,
        "/calendar/feeds/.ics.ics",
        "/calendar/feeds/_.ics",
        "/calendar/feeds/é_ü.ics",
    ]
    answers = [Client().get(one) for one in strange]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert Client().get(path).status_code == 200


def test_unknown_prefix_takes_the_same_statements_as_a_wrong_secret(femi: User) -> None:
    path = address(femi)
    for one in (path.replace(".ics", "x.ics"), "/calendar/feeds/00000000_x.ics"):
        with CaptureQueriesContext(connection) as asked:
            Client().get(one)
        assert len(asked) == 1


def test_rights_are_asked_anew_at_each_reading(femi: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    path = address(femi)
    assert list(events(path)) == ["chg-1@localhost"]
    RoleGrant.objects.filter(user=femi).update(revoked_at=clock.now())
    assert events(path) == {}
    RoleGrant.objects.filter(user=femi).update(revoked_at=None)
    assert list(events(path)) == ["chg-1@localhost"]
    User.objects.filter(pk=femi.pk).update(is_active=False)
    assert events(path) == {}


def test_feed_that_has_not_changed_is_not_sent_again(femi: User) -> None:
    model = component("credit-risk")
    booked("CHG-1", span(6, 8), model)
    path = address(femi)
    first = Client().get(path)
    same = Client().get(path, headers={"if-none-match": first.headers["ETag"]})
    since = Client().get(path, headers={"if-modified-since": first.headers["Last-Modified"]})
    assert (same.status_code, since.status_code) == (304, 304)
    assert same.headers["Referrer-Policy"] == "no-referrer"
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        booked("CHG-1", span(7, 9), model)
        again = Client().get(path, headers={"if-modified-since": first.headers["Last-Modified"]})
        assert again.status_code == 200
        assert again.headers["ETag"] != first.headers["ETag"]
    feed = CalendarFeed.objects.get()
    assert feed.last_used_at is not None


def test_event_keeps_the_wall_clock_of_its_zone_and_rises_in_sequence(femi: User) -> None:
    model = component("credit-risk")
    london = span_from_local("2027-03-28T06:00", "2027-03-28T08:30", "Europe/London")
    booking = booked("CHG-1", london, model)
    path = address(femi)
    calendar = read(path)
    [zone] = calendar.walk("VTIMEZONE")
    [event] = calendar.walk("VEVENT")
    assert str(zone["tzid"]) == "Europe/London"
    assert event["dtstart"].to_ical() == b"20270328T060000"
    assert event["dtstart"].params["TZID"] == "Europe/London"
    assert event.start == datetime(2027, 3, 28, 6, tzinfo=ZoneInfo("Europe/London"))
    assert event["dtend"].to_ical() == b"20270328T083000"
    assert [int(event["sequence"]), str(event["status"])] == [0, "CONFIRMED"]
    assert str(event["url"]) == f"{BASE}/changes/CHG-1/"
    booked("CHG-1", london, model)
    booked("CHG-1", london, model, component("fraud"))
    assert int(events(path)["chg-1@localhost"]["sequence"]) == 0
    booked("CHG-1", span_from_local("2027-03-28T07:00", "2027-03-28T08:30", "Europe/London"), model)
    assert int(events(path)["chg-1@localhost"]["sequence"]) == 1
    release_booking(actor=SYSTEM, booking=booking)
    gone = events(path)["chg-1@localhost"]
    assert [int(gone["sequence"]), str(gone["status"]), str(gone["transp"])] == [
        2,
        "CANCELLED",
        "TRANSPARENT",
    ]
    assert gone.start == datetime(2027, 3, 28, 7, tzinfo=ZoneInfo("Europe/London"))


def test_what_was_given_back_stays_cancelled_for_thirty_days_and_what_is_done_stays(femi: User) -> None:
    model = component("credit-risk")
    dropped, done = booked("CHG-1", span(6, 8), model), booked("CHG-2", span(9, 10), model)
    release_booking(actor=SYSTEM, booking=dropped)
    finish_booking(actor=SYSTEM, booking=done, at=clock.now())
    path = address(femi)
    assert {uid: str(each["status"]) for uid, each in events(path).items()} == {
        "chg-1@localhost": "CANCELLED",
        "chg-2@localhost": "CONFIRMED",
    }
    Booking.objects.update(updated_at=clock.now() - timedelta(days=30, minutes=1))
    assert list(events(path)) == ["chg-2@localhost"]


def test_feed_shows_its_part_alone(femi: User) -> None:
    credit = component("credit-risk", owned_by=team("credit"), tier=1)
    other = component("credit-risk-2", owned_by=team("search"))
    booked("CHG-1", span(6, 8), credit)
    booked("CHG-2", span(6, 8), other)
    one, two = "chg-1@localhost", "chg-2@localhost"
    assert set(events(address(femi))) == {one, two}
    assert set(events(address(femi, "team", "team=search"))) == {two}
    assert set(events(address(femi, "component", "component=model%3Adefault%2Fcredit-risk"))) == {one}
    assert set(events(address(femi, "view", "tier=1"))) == {one}
    assert set(events(address(femi, "mine"))) == set()


def test_log_never_holds_the_secret_of_a_feed(femi: User, caplog: pytest.LogCaptureFixture) -> None:
    handler = logging.getLogger("django").handlers[0]
    assert any(isinstance(each, HideFeedSecrets) for each in handler.filters)
    record = logging.LogRecord(
        "x", 30, "", 0, "%s: %s", ("Not Found", "/calendar/feeds/ab12_s3cret-x.ics"), None
    )
    HideFeedSecrets().filter(record)
    assert record.getMessage() == "Not Found: /calendar/feeds/ab12_…"
    plain = logging.LogRecord("x", 30, "", 0, "Not Found: %s", ("/x_y",), None)
    HideFeedSecrets().filter(plain)
    assert plain.getMessage() == "Not Found: /x_y"


def test_statements_do_not_grow_with_what_a_feed_holds(femi: User) -> None:
    path = address(femi)
    counts = []
    for number in (1, 2, 3):
        booked(f"CHG-{number}", span(6, 8), component(f"model-{number}"))
        if number != 2:
            Client().get(path)
            with CaptureQueriesContext(connection) as asked:
                Client().get(path)
            counts.append(len(asked))
    assert counts[0] == counts[1] <= 12
