"""Feeds that follow a saved view, and what a calendar program reads of periods that repeat."""

from datetime import UTC, date, datetime, timedelta

import pytest
import recurring_ical_events
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from apps.accounts.enums import Role
from apps.accounts.models import SavedView, User
from apps.accounts.services import delete_view, save_view, share_view
from apps.calendar.enums import PeriodKind
from apps.calendar.models import CalendarFeed, Occurrence, Period
from apps.calendar.rules import Recurrence, scope_of_one
from apps.calendar.services import PeriodPlan, change_period, lift_period, make_feed, plan_period
from apps.core import actors
from apps.core.errors import Invalid
from tests.calendar.ical_js import as_instants, read_by_ical_js
from tests.planning import booked, component, person, span, team

pytestmark = pytest.mark.django_db
# Over both changes of the clock in London.
SPAN = datetime(2030, 10, 1, tzinfo=UTC), datetime(2031, 5, 1, tzinfo=UTC)
NIGHTS = Recurrence(
    "2030-10-05T22:00",
    "2030-10-06T06:00",
    "Europe/London",
    "FREQ=WEEKLY;BYDAY=SA",
    exdates=("2030-10-19", "2030-12-28", "2031-03-22"),
    rdates=("2030-12-27T21:00",),
)


@pytest.fixture
def femi() -> User:
    return person("femi", Role.OWNER)


def saved(user: User, query: str, name: str = "Credit") -> SavedView:
    return save_view(actor=actors.person(user), page="calendar", name=name, query=query)


def following(user: User, view: SavedView) -> str:
    _, secret = make_feed(actor=actors.person(user), name="Credit", shows="saved", view=view)
    return f"/calendar/feeds/{secret}.ics"


def uids(path: str) -> list[str]:
    answer = Client().get(path)
    assert answer.status_code == 200
    return sorted(str(each["uid"]) for each in Calendar.from_ical(answer.content).walk("VEVENT"))


def two_changes() -> None:
    booked("CHG-1", span(6, 8), component("credit-risk", owned_by=team("credit"), tier=1))
    booked("CHG-2", span(6, 8), component("search", owned_by=team("search"), tier=3))


def test_feed_of_a_view_follows_its_later_edits(femi: User) -> None:
    two_changes()
    path = following(femi, saved(femi, "team=credit&from=2030-11-01"))
    first = Client().get(path)
    assert uids(path) == ["chg-1@localhost"]
    saved(femi, "team=search")
    assert uids(path) == ["chg-2@localhost"]
    assert Client().get(path, headers={"if-none-match": first.headers["ETag"]}).status_code == 200
    saved(femi, "")
    assert uids(path) == ["chg-1@localhost", "chg-2@localhost"]
    assert CalendarFeed.objects.get().query == ""


def test_feed_of_a_view_that_is_removed_has_ended_and_says_so(femi: User) -> None:
    two_changes()
    view = saved(femi, "team=credit")
    path = following(femi, view)
    delete_view(actor=actors.person(femi), view=view)
    for _ in range(2):
        answer = Client().get(path)
        assert answer.status_code == 410
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "This feed has ended." in answer.content.decode()
        # One of the same name is another view.
        saved(femi, "team=credit")


def test_feed_of_a_shared_view_ends_while_it_is_not_shared(femi: User) -> None:
    two_changes()
    lena = person("lena", Role.OWNER)
    credit = team("credit")
    for user in (femi, lena):
        user.teams.add(credit)
    view = saved(femi, "team=credit")
    with pytest.raises(Invalid) as refused:
        following(lena, view)
    assert list(refused.value.fields) == ["view"]
    share_view(actor=actors.person(femi), view=view, team=credit)
    path = following(lena, view)
    assert uids(path) == ["chg-1@localhost"]
    share_view(actor=actors.person(femi), view=view, team=None)
    assert Client().get(path).status_code == 410
    share_view(actor=actors.person(femi), view=view, team=credit)
    assert uids(path) == ["chg-1@localhost"]


def test_feed_of_a_view_asks_the_same_with_2_and_12_changes(femi: User) -> None:
    path = following(femi, saved(femi, ""))
    counts = []
    for number in range(1, 13):
        booked(f"CHG-{number}", span(6, 8), component(f"model-{number}"))
        if number in (2, 12):
            Client().get(path)
            with CaptureQueriesContext(connection) as asked:
                Client().get(path)
            counts.append(len(asked))
    assert counts[0] == counts[1]


def nights(user: User, recurrence: Recurrence = NIGHTS, name: str = "Nights") -> PeriodPlan:
    return PeriodPlan(
        name=name,
        reason="Sales must not be disturbed.",
        recurrence=recurrence,
        scope=scope_of_one("team", "credit"),
        kind=PeriodKind.FREEZE,
        owner=user,
    )


def instances_of(period: Period) -> list[tuple[datetime, datetime]]:
    found = Occurrence.objects.filter(period=period, start__gte=SPAN[0], start__lt=SPAN[1])
    return sorted(found.values_list("start", "end"))


def read_twice(path: str) -> list[list[tuple[datetime, datetime]]]:
    """Return the instances that each of two other programs finds in a feed of one period."""
    content = Client().get(path).content
    found = recurring_ical_events.of(Calendar.from_ical(content)).between(*SPAN)
    [event] = read_by_ical_js(content, *SPAN)["events"]
    return [
        sorted((each.start.astimezone(UTC), each.end.astimezone(UTC)) for each in found),
        as_instants(event),
    ]


def test_feed_of_a_period_with_exdates_gives_its_instances_to_icalendar_and_ical_js(femi: User) -> None:
    team("credit")
    team("search")
    manager = actors.person(person("leila", Role.CHANGE_MANAGER))
    period = plan_period(actor=manager, plan=nights(femi))
    path = following(femi, saved(femi, "team=credit"))
    ours = instances_of(period)
    assert len(ours) == 30 - 3 + 1
    assert {(end - start) // timedelta(hours=1) for start, end in ours} == {7, 8, 9}
    assert date(2030, 12, 28) not in {start.date() for start, _ in ours}
    assert read_twice(path) == [ours, ours]
    later = Recurrence(
        "2030-10-05T23:30", "2030-10-06T06:00", "Europe/London", NIGHTS.rrule, ("2030-10-26", "2030-11-02")
    )
    change_period(actor=manager, period=period, plan=nights(femi, later))
    moved = instances_of(period)
    assert moved != ours
    assert read_twice(path) == [moved, moved]
    [event] = Calendar.from_ical(Client().get(path).content).walk("VEVENT")
    assert (int(event["sequence"]), str(event["status"])) == (1, "CONFIRMED")
    saved(femi, "team=search")
    assert uids(path) == []
    saved(femi, "team=credit")
    lift_period(actor=manager, period=period, reason="Over")
    [gone] = Calendar.from_ical(Client().get(path).content).walk("VEVENT")
    assert (int(gone["sequence"]), str(gone["status"])) == (2, "CANCELLED")
