"""Calendar files on the calendar: imported, imported again, and never anything lost."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from time_machine import travel

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.calendar.enums import ConflictKind, PeriodKind
from apps.calendar.models import Conflict, Occurrence, Period
from apps.calendar.rules import scope_of_one
from apps.calendar.rules.ics_in import read_ics
from apps.calendar.selectors import Difference, ImportOrder, import_difference, recurrence_of
from apps.calendar.services import import_periods, lift_period
from apps.core import actors, clock
from apps.core.errors import Forbidden, Invalid
from tests.planning import SYSTEM, booked, component, person, span, team

pytestmark = pytest.mark.django_db

CLOSED = "UID:close\nSUMMARY:Year end close\nDTSTART;VALUE=DATE:20301119\nDTEND;VALUE=DATE:20301120"
ROTA = "UID:rota\nSUMMARY:Rota\nDTSTART;TZID=Europe/London:20301102T090000\nDURATION:PT8H\nRRULE:FREQ=WEEKLY;COUNT=4"


@pytest.fixture
def leila() -> User:
    return person("leila", Role.CHANGE_MANAGER)


def order(
    *events: str, kind: PeriodKind = PeriodKind.FREEZE, source: str = "Close", **more: object
) -> ImportOrder:
    lines = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    file = read_ics(
        f"BEGIN:VCALENDAR\n{lines}END:VCALENDAR\n".encode(), time_zone="Europe/London", now=clock.now()
    )
    unread = frozenset(each.uid for each in file.not_read if each.uid)
    return ImportOrder(source, file.specs, kind, unread=unread, **more)  # type: ignore[arg-type]


def told(difference: Difference) -> tuple[int, int, int, int]:
    return len(difference.new), len(difference.changed), difference.same, len(difference.gone)


def imported(user: User, *events: str, **more: object) -> Difference:
    return import_periods(actor=actors.person(user), order=order(*events, **more))  # type: ignore[arg-type]


def test_import_of_what_ended_an_hour_ago_where_it_is_planned_is_refused(leila: User) -> None:
    over = "UID:t\nSUMMARY:T\nDTSTART;TZID=Asia/Tokyo:20301119T170000\nDTEND;TZID=Asia/Tokyo:20301119T180000"
    with clock.moved_to(datetime(2030, 11, 19, 10, tzinfo=UTC)):
        difference = import_difference(order(over), clock.now())
    assert told(difference) == (0, 0, 0, 0)
    assert [left.reason for left in difference.left] == ["All of it is over."]


def test_import_plans_each_event_and_finds_what_it_catches(leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    assert told(imported(leila, CLOSED, ROTA)) == (2, 0, 0, 0)
    assert [(each.ref, each.name, each.source_uid) for each in Period.objects.order_by("number")] == [
        ("FRZ-1", "Year end close", "close"),
        ("FRZ-2", "Rota", "rota"),
    ]
    assert Occurrence.objects.filter(period__name="Rota").count() == 4
    assert Conflict.objects.get(cleared_at=None).kind == ConflictKind.FREEZE
    events = list(AuditEvent.objects.values_list("event", flat=True))
    assert events.count("freeze.declared") == 2
    entry = AuditEvent.objects.get(event="calendar.imported")
    counts = {"new": 2, "changed": 0, "gone": 0}
    assert json.loads(bytes(entry.entry))["data"] == {**counts, "kind": "freeze", "scope": {}}


def test_import_of_the_same_again_changes_nothing(leila: User) -> None:
    imported(leila, CLOSED, ROTA)
    before = AuditEvent.objects.count(), list(Period.objects.values()), Occurrence.objects.count()
    assert told(imported(leila, CLOSED, ROTA)) == (0, 0, 2, 0)
    assert (AuditEvent.objects.count(), list(Period.objects.values()), Occurrence.objects.count()) == before


def test_import_again_changes_by_id_keeps_numbers_and_lifts_what_is_gone(leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    imported(leila, CLOSED, ROTA)
    later = CLOSED.replace("20301119", "20301126").replace("20301120", "20301127")
    new = "UID:new\nSUMMARY:Stocktaking\nDTSTART;VALUE=DATE:20301224"
    done = imported(leila, later, new)
    assert told(done) == (1, 1, 0, 1)
    assert done.changed[0].what == ("when",)
    close = Period.objects.get(source_uid="close")
    assert (close.ref, close.local_start, close.sequence) == ("FRZ-1", "2030-11-26T00:00", 1)
    assert Period.objects.get(source_uid="new").ref == "FRZ-3"
    rota = Period.objects.get(name="Rota")
    assert rota.lifted_at is not None
    assert not Conflict.objects.filter(cleared_at=None).exists()
    back = imported(leila, later, new, ROTA)
    assert told(back) == (1, 0, 2, 0)
    assert Period.objects.get(source_uid="rota").ref == "FRZ-4"


def test_what_somebody_lifted_stays_lifted(leila: User) -> None:
    imported(leila, CLOSED)
    lift_period(actor=actors.person(leila), period=Period.objects.get(), reason="Over")
    done = imported(leila, CLOSED.replace("Year end", "Half-year"))
    assert told(done) == (0, 0, 0, 0)
    assert [each.reason for each in done.left] == ["FRZ-1 was lifted here. It stays lifted."]
    assert Period.objects.get().lifted_at


def test_what_cannot_be_read_any_more_stays_as_it_was(leila: User) -> None:
    imported(leila, CLOSED, ROTA)
    broken = ROTA.replace("Europe/London", "Mars/Base")
    assert told(imported(leila, CLOSED, broken)) == (0, 0, 1, 0)
    cancelled = f"{ROTA}\nSTATUS:CANCELLED"
    assert told(imported(leila, CLOSED, cancelled)) == (0, 0, 1, 1)


def test_what_is_over_is_not_begun_and_never_taken_off(leila: User) -> None:
    past = "UID:past\nSUMMARY:Past\nDTSTART;VALUE=DATE:20200101"
    done = imported(leila, past)
    assert told(done) == (0, 0, 0, 0)
    assert [each.reason for each in done.left] == ["All of it is over."]
    imported(leila, CLOSED)
    with travel("2031-06-01T00:00:00Z"):
        assert told(imported(leila, "UID:x\nDTSTART;VALUE=DATE:20311224")) == (1, 0, 0, 0)
    assert Period.objects.get(source_uid="close").lifted_at is None


def test_a_source_keeps_its_kind(leila: User) -> None:
    imported(leila, CLOSED)
    with pytest.raises(Invalid) as refused:
        imported(leila, CLOSED, kind=PeriodKind.EVENT)
    assert "was imported as: Freeze" in refused.value.fields["kind"][0]
    assert told(imported(leila, CLOSED, kind=PeriodKind.EVENT, source="Other")) == (1, 0, 0, 0)


def test_shifts_need_people_and_sources_a_name(leila: User) -> None:
    with pytest.raises(Invalid) as refused:
        imported(leila, ROTA, kind=PeriodKind.ON_CALL)
    assert "on_call" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        imported(leila, ROTA, source=" ")
    assert "source" in refused.value.fields
    imported(leila, ROTA, kind=PeriodKind.ON_CALL, on_call=(leila,))
    assert [shift.user for shift in Period.objects.get().people.all()] == [leila]
    assert told(imported(leila, ROTA, kind=PeriodKind.ON_CALL, on_call=(leila,))) == (0, 0, 1, 0)


def test_name_of_an_import_is_free_for_other_teams_and_stays_with_its_own(leila: User) -> None:
    credit, payments = team(), team("payments")
    priya, olga = person("priya", Role.OWNER, over=credit), person("olga", Role.OWNER, over=payments)
    model = component("fraud", owned_by=payments)
    imported(priya, CLOSED, ROTA, scope=scope_of_one("team", "credit"))
    assert told(imported(olga, CLOSED, scope=scope_of_one("component", model.key))) == (1, 0, 0, 0)
    assert told(imported(leila, CLOSED)) == (1, 0, 0, 0)
    # Whoever answers for the same team updates what another of them brought, over more of it too.
    done = imported(leila, CLOSED, owner=olga, scope=scope_of_one("team", "payments"))
    assert [(edit.period.ref, edit.what) for edit in done.changed] == [("FRZ-3", ("what it covers", "owner"))]
    second = person("second", Role.OWNER, over=credit)
    assert told(imported(second, CLOSED, ROTA, scope=scope_of_one("team", "credit"))) == (0, 0, 2, 0)
    assert Period.objects.filter(lifted_at=None).count() == 4


def test_import_when_not_allowed_is_refused(leila: User) -> None:
    priya = person("priya", Role.OWNER, over=team())
    with pytest.raises(Forbidden):
        imported(priya, CLOSED)
    imported(priya, CLOSED, scope=scope_of_one("team", "credit"))
    with pytest.raises(Forbidden):
        import_periods(actor=SYSTEM, order=order(CLOSED))
    imported(leila, ROTA, source="Mine", scope=scope_of_one("team", "credit"))
    model = component("credit-risk", owned_by=team())
    clara = person("clara", Role.OWNER, component=model.key)
    with pytest.raises(Forbidden):  # it would lift what covers the whole team
        imported(clara, CLOSED, source="Mine", scope=scope_of_one("component", model.key))


def test_a_start_that_the_clocks_skip_is_told_and_the_rest_imported(leila: User) -> None:
    odd = "UID:odd\nSUMMARY:Odd\nDTSTART;TZID=Europe/London:20310330T013000\nDURATION:PT3H"
    done = imported(leila, CLOSED, odd)
    assert told(done) == (1, 0, 0, 0)
    assert "01:30 does not exist on 30 March 2031" in done.left[0].reason


@pytest.mark.parametrize("count", [1, 30])
def test_difference_asks_the_same_however_much_the_file_holds(
    leila: User, count: int, django_assert_num_queries: object
) -> None:
    many = [f"UID:{number}\nDTSTART;VALUE=DATE:20301119" for number in range(count)]
    imported(leila, *many)
    other = order("UID:x\nDTSTART;VALUE=DATE:20301119")
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert told(import_difference(other, clock.now())) == (1, 0, 0, count)


@travel("2026-01-02T00:00:00Z", tick=False)
def test_public_holidays_are_imported_with_their_days(leila: User, shared_data: Path) -> None:
    data = (shared_data / "calendars" / "holidays_gb_eng_2026_2027.ics").read_bytes()
    file = read_ics(data, time_zone="Europe/London", now=datetime(2026, 1, 2, tzinfo=UTC))
    holidays = ImportOrder("Holidays", file.specs, PeriodKind.EVENT)
    done = import_periods(actor=actors.person(leila), order=holidays)
    assert (len(done.new), len(done.left)) == (18, 1)
    assert {recurrence_of(each) for each in Period.objects.all()} < {spec.recurrence for spec in file.specs}
    easter = Period.objects.get(name="Good Friday", local_start__startswith="2026")
    assert [(each.start, each.end) for each in easter.occurrences.all()] == [
        (datetime(2026, 4, 2, 23, tzinfo=UTC), datetime(2026, 4, 3, 23, tzinfo=UTC))
    ]
