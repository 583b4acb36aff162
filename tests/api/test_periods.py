"""Over REST: what becomes of the changes that a period keeps back, and one time of a series that is left out."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import TokenScope
from apps.audit.models import AuditEvent
from apps.calendar.models import FreezeOutcome, Period
from apps.calendar.services import lift_period
from apps.changes.services import declare_period
from apps.core import clock
from apps.outbox.models import Notification
from tests.api.conftest import Caller
from tests.changes.estate import NOW, Estate, approved, submitted
from tests.changes.test_freeze_outcomes import WHY, plan, windowed

pytestmark = pytest.mark.django_db
SERIES = {"name": "Nightly", "reason": "Because", "local_start": "2026-11-24T23:00", "local_end": "2026-11-25T01:00",
          "time_zone": "Europe/London", "rrule": "FREQ=DAILY;COUNT=3", "kind": "event"}  # fmt: skip
SKIP = "calendar/periods/CAL-1/skip/"
SECOND = {"start": "2026-11-25T23:00:00Z", "reason": "Stock take."}


@pytest.fixture(autouse=True)
def now() -> object:
    with clock.moved_to(NOW):
        yield


def declared(estate: Estate) -> tuple[Period, str]:
    period = declare_period(actor=estate.actor("leila"), plan=plan(), outcomes={})
    return period, f"calendar/periods/{period.ref}/outcomes/"


def denials() -> int:
    return AuditEvent.objects.filter(event="access.denied").count()


def test_outcome_when_said_over_rest_lets_it_go_out_and_is_listed(estate: Estate, call: Caller) -> None:
    change = approved(estate)
    _, path = declared(estate)
    [before] = call("amara", "get", path).json()
    assert (before["change"], before["outcome"], before["said_by"]) == (change.ref, "moves", "leila")
    assert before["meaning"].startswith("Stays blocked until it is moved")
    asked = {"change": change.ref, "outcome": "exempt", "reason": WHY}
    answer = call("leila", "post", path, asked)
    assert answer.status_code == 200, answer.content
    assert answer.json()["meaning"] == "May go out as planned. What was signed still counts."
    assert call("amara", "get", path).json() == [answer.json()]
    conflicts = call("amara", "get", f"calendar/bookings/{change.ref}/conflicts/").json()
    assert [one["blocking"] for one in conflicts if one["kind"] == "freeze"] == [False]
    entries, told = AuditEvent.objects.count(), Notification.objects.count()
    assert call("leila", "post", path, asked).json() == answer.json()
    assert (AuditEvent.objects.count(), Notification.objects.count()) == (entries, told)


def test_outcomes_of_a_maintenance_window_are_what_it_leaves_outside_and_none_once_it_is_lifted(
    estate: Estate, call: Caller
) -> None:
    change = approved(estate)
    leila = estate.actor("leila")
    period = declare_period(actor=leila, plan=windowed(0), outcomes={})
    path = f"calendar/periods/{period.ref}/outcomes/"
    assert [one["change"] for one in call("leila", "get", path).json()] == [change.ref]
    lift_period(actor=leila, period=period, reason="Over")
    assert call("leila", "get", path).json() == []


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"change": "CHG-9"}, "There is no change “CHG-9” on the calendar."),
        ({"change": "A\x00"}, "cannot be stored"),
        ({"outcome": "vanishes"}, "not a valid choice"),
        ({"outcome": "exception"}, "Give the reason."),
        ({"outcome": "exempt", "reason": "x" * 2001}, "2000"),
    ],
)
def test_outcome_that_cannot_be_says_why_and_changes_nothing(
    estate: Estate, call: Caller, bad: dict[str, Any], said: str
) -> None:
    change = approved(estate)
    _, path = declared(estate)
    answer = call("leila", "post", path, {"change": change.ref, "outcome": "moves"} | bad)
    assert (answer.status_code, said in answer.content.decode()) == (422, True), answer.content
    assert FreezeOutcome.objects.get().outcome == "moves"


def test_outcome_of_a_change_that_is_not_kept_back_is_refused_as_a_conflict(
    estate: Estate, call: Caller
) -> None:
    _, path = declared(estate)
    other = submitted(estate, names=("applications",))
    answer = call("leila", "post", path, {"change": other.ref, "outcome": "moves"})
    assert (answer.status_code, answer.json()["detail"]) == (409, f"Peak does not hold {other.ref} back.")


def test_outcome_and_skip_of_someone_who_may_not_are_refused_and_written_down(
    estate: Estate, call: Caller
) -> None:
    change = approved(estate)
    _, path = declared(estate)
    call("leila", "post", "calendar/periods/", SERIES)
    asked = {"change": change.ref, "outcome": "exempt", "reason": WHY}
    skip = "calendar/periods/CAL-2/skip/"
    before = denials()
    for where, body in ((path, asked), (skip, SECOND)):
        answer = call("amara", "post", where, body)
        assert (answer.status_code, "Only a Change Manager" in answer.json()["detail"]) == (403, True)
        answer = call("leila", "post", where, body, scopes=(TokenScope.READ,))
        assert (answer.status_code, "scope “calendar”" in answer.json()["detail"]) == (403, True)
    assert denials() == before + 4
    assert call("leila", "get", "calendar/periods/FRZ-9/outcomes/").status_code == 404
    assert FreezeOutcome.objects.get().outcome == "moves"
    assert Period.objects.get(number=2).occurrences.count() == 3


def test_outcomes_cost_the_same_with_2_and_6_changes(estate: Estate, call: Caller) -> None:
    _, path = declared(estate)
    counts = []
    for more in (2, 4):
        for _ in range(more):
            submitted(estate)
        call("leila", "get", path)
        with CaptureQueriesContext(connection) as queries:
            call("leila", "get", path)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5


def test_skip_leaves_one_time_out_with_the_reason(call: Caller) -> None:
    call("leila", "post", "calendar/periods/", SERIES)
    answer = call("leila", "post", SKIP, SECOND)
    assert answer.status_code == 200, answer.content
    assert answer.json()["exdates"] == ["2026-11-25"]
    times = call("leila", "get", "calendar/periods/?from=2026-11-24&to=2026-11-30").json()
    assert [one["start"] for one in times] == ["2026-11-24T23:00:00Z", "2026-11-26T23:00:00Z"]
    assert AuditEvent.objects.filter(event="period.skipped").count() == 1


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"start": "2026-11-25T22:00:00Z"}, "start"),
        ({"start": "9999-12-31T23:59:59-23:59"}, "start"),
        ({"start": "soon"}, "start"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
    ],
)
def test_skip_that_cannot_be_says_why_at_the_field_and_changes_nothing(
    call: Caller, bad: dict[str, str], field: str
) -> None:
    call("leila", "post", "calendar/periods/", SERIES)
    answer = call("leila", "post", SKIP, SECOND | bad)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert Period.objects.get().exdates == []
