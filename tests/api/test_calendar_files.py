"""Calendar files over REST: looked at, put on the calendar, sent again."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role, TokenScope
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.calendar.models import Conflict, Period
from tests.api.conftest import secret_of
from tests.planning import booked, component, person, span, team

pytestmark = pytest.mark.django_db

CLOSED = "UID:close\nSUMMARY:Year end close\nDTSTART;VALUE=DATE:20301119"
ROTA = "UID:rota\nSUMMARY:Rota\nDTSTART;TZID=Europe/London:20301102T090000\nDURATION:PT8H\nRRULE:FREQ=WEEKLY;COUNT=4"
ODD = "UID:odd\nSUMMARY:Odd\nDTSTART;TZID=Mars/Base:20301102T090000\nDURATION:PT8H"


@pytest.fixture
def leila() -> User:
    return person("leila", Role.CHANGE_MANAGER)


def calendar(*events: str) -> str:
    lines = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nX-WR-TIMEZONE:Europe/London\n{lines}END:VCALENDAR\n"


def send(user: User, *events: str, preview: bool = False, scopes: tuple[str, ...] = (), **more: Any) -> Any:
    body = {"file": calendar(*events), "source": "Closing", "kind": "freeze"} | more
    client = Client(headers={"Authorization": f"Bearer {secret_of(user, *scopes)}"})
    path = f"/api/v1/calendar/imports/{'preview/' if preview else ''}"
    return client.post(path, body, content_type="application/json")


def counts(answer: Any) -> tuple[int, int, int, int]:
    assert answer.status_code == 200, answer.content
    told = answer.json()
    return len(told["new"]), len(told["changed"]), told["same"], len(told["gone"])


def test_preview_says_what_would_change_and_changes_nothing(leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    answer = send(leila, CLOSED, ROTA, ODD, preview=True)
    assert counts(answer) == (2, 0, 0, 0)
    told = answer.json()
    assert told["new"][1] == {
        "uid": "rota",
        "name": "Rota",
        "when": "Every Saturday from 09:00 to 17:00, London time, 4 times in all.",
    }
    assert [each["name"] for each in told["not_read"]] == ["Odd"]
    assert "“Mars/Base” is not known" in told["not_read"][0]["reason"]
    assert told["catches"] == ["CHG-1"]
    assert not Period.objects.exists()


def test_import_counts_again_changes_nothing_and_a_later_file_updates(leila: User) -> None:
    booked("CHG-1", span(6, 8), component("credit-risk"))
    assert counts(send(leila, CLOSED, ROTA)) == (2, 0, 0, 0)
    assert Conflict.objects.filter(cleared_at=None, kind="freeze").count() == 1
    assert Period.objects.get(source_uid="close").owner == leila
    assert counts(send(leila, CLOSED, ROTA)) == (0, 0, 2, 0)
    assert AuditEvent.objects.filter(event="calendar.imported").count() == 1
    answer = send(leila, CLOSED.replace("Year end", "Half-year"))
    assert counts(answer) == (0, 1, 0, 1)
    told = answer.json()
    assert (told["changed"][0]["ref"], told["changed"][0]["what"]) == ("FRZ-1", ["name"])
    assert told["gone"] == [{"ref": "FRZ-2", "name": "Rota"}]
    assert Period.objects.get(source_uid="close").name == "Half-year close"


@pytest.mark.parametrize(
    ("events", "more", "field", "said"),
    [
        ([CLOSED], {"file": "hello"}, "file", "This is not a calendar."),
        ([CLOSED], {"file": "X" * (2 * 1024 * 1024 + 1)}, "file", "larger than 2 MB"),
        ([CLOSED], {"file": "BEGIN:VCALENDAR\x00"}, "file", "cannot be stored"),
        ([CLOSED], {"source": ""}, "source", "blank"),
        ([CLOSED], {"time_zone": "Mars/Base"}, "time_zone", "There is no time zone “Mars/Base”."),
        ([CLOSED], {"kind": "party"}, "kind", "not a valid choice"),
        ([CLOSED], {"scope": {"covers": {"moon": ["1"]}}}, "scope", "There is no “moon” to choose by."),
        ([CLOSED], {"owner": "nobody"}, "owner", "There is no active person “nobody”."),
        ([ROTA], {"kind": "on_call"}, "on_call", "Name whoever is on call."),
    ],
)
@pytest.mark.parametrize("preview", [True, False])
def test_import_when_something_is_wrong_says_so_at_the_field(
    leila: User, events: list[str], more: dict[str, Any], field: str, said: str, *, preview: bool
) -> None:
    answer = send(leila, *events, preview=preview, **more)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert said in answer.json()["errors"][field][0]
    assert not Period.objects.exists()


def test_import_when_the_source_was_of_another_kind_is_refused(leila: User) -> None:
    send(leila, CLOSED)
    answer = send(leila, CLOSED, kind="event")
    assert answer.status_code == 422
    assert "was imported as: " in answer.json()["errors"]["kind"][0]


def test_import_of_50_megabytes_is_stopped_at_the_wall(leila: User) -> None:
    assert send(leila, file="X" * (50 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize("preview", [True, False])
def test_import_when_the_token_or_its_person_may_not_is_refused_and_written_down(
    leila: User, *, preview: bool
) -> None:
    owner = person("olga", Role.OWNER, over=team("payments"))
    answers = [
        send(leila, CLOSED, preview=preview, scopes=(TokenScope.READ,)),
        send(person("amara", Role.REQUESTER), CLOSED, preview=preview),
        send(owner, CLOSED, preview=preview),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "does not have the scope “calendar”" in answers[0].json()["detail"]
    assert AuditEvent.objects.filter(event="access.denied").count() == 3
    assert not Period.objects.exists()
    own = send(owner, CLOSED, preview=preview, scope={"covers": {"team": ["payments"]}})
    assert counts(own) == (1, 0, 0, 0)


def test_preview_asks_the_same_whatever_the_file_holds(leila: User) -> None:
    asked = []
    for number in (1, 2, 12):
        events = [CLOSED.replace("UID:close", f"UID:{each}") for each in range(number)]
        with CaptureQueriesContext(connection) as captured:
            assert counts(send(leila, *events, preview=True))[0] == number
        asked.append(len(captured))
    assert asked[1] == asked[2]


@pytest.mark.parametrize("preview", [True, False])
def test_name_that_the_team_uses_for_more_than_one_may_plan_is_refused_with_the_reason(
    leila: User, *, preview: bool
) -> None:
    model = component("fraud", owned_by=team("retail"))
    clara = person("clara", Role.OWNER, component=model.key)
    assert counts(send(leila, CLOSED, scope={"covers": {"team": ["retail"]}})) == (1, 0, 0, 0)
    own = {"scope": {"covers": {"component": [model.key]}}}
    answer = send(clara, ROTA, preview=preview, **own)
    assert answer.status_code == 403
    assert "Somebody imported a calendar “Closing” for the same teams" in answer.json()["detail"]
    assert Period.objects.get().lifted_at is None
    assert counts(send(clara, ROTA, preview=preview, source="Rota", **own)) == (1, 0, 0, 0)
