"""The page of the calendar's rules, and the form that writes a version."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from apps.calendar.models import ConflictCheck, Rulebook
from apps.calendar.rules import Rulebook as Rules
from apps.calendar.selectors import conflicts_of, rulebook_in_force
from apps.calendar.tasks import task_recheck_conflicts
from apps.core import clock
from apps.web.forms.calendar_rules import shown
from tests.changes.estate import Estate
from tests.planning import DAY, booked, span
from tests.web.reading import Enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def soon() -> Iterator[None]:
    """Stand a week before what is planned."""
    with clock.moved_to(DAY - timedelta(days=7)):
        yield


def filled(**edits: object) -> dict[str, object]:
    values = {name: "" if value is None else value for name, value in shown(Rules()).items()}
    return values | {"reason": "Fewer surprises at the till."} | edits


@pytest.mark.usefixtures("soon")
def test_rules_when_written_are_in_force_and_every_plan_is_checked_by_them(
    estate: Estate, enter: Enter
) -> None:
    model = estate.components["credit-risk"]
    for number in range(2):
        booked(f"CHG-{number}", span(6, 8), model)
    task_recheck_conflicts()
    client: Client = enter("leila")
    edits = {
        "severity_same_component": "notice",
        "limit_0_name": "Tier 1",
        "limit_0_most": 1,
    }
    text = client.post("/calendar/rules/change/", filled(**edits) | {"step": "write"}).content.decode()
    assert "Both move the same component, weight: Blocking → <strong>Notice</strong>" in text
    assert "Limit “Tier 1”: None → <strong>At most 1 at once: Everything</strong>" in text
    assert "2 conflicts would come and 0 would go.</strong> 1 would block no more." in text
    assert not Rulebook.objects.exists()
    seen = {"step": "write", "seen": re.findall(r'name="seen" value="([^"]*)"', text)[0]}
    other = client.post("/calendar/rules/change/", filled(**edits, reads=2) | seen).content.decode()
    assert "Steps by reading: 3 → <strong>2</strong>" in other
    response = client.post("/calendar/rules/change/", filled(**edits) | seen, follow=True)
    assert "Version 1 is in force." in response.content.decode()
    assert ConflictCheck.objects.get().rulebook == 0
    task_recheck_conflicts()
    found = {one.kind: one.severity for one in conflicts_of("CHG-0")}
    assert found["same_component"] == "notice"
    text = client.get("/calendar/rules/").content.decode()
    assert "Fewer surprises at the till." in text
    assert "Both move the same component, weight: Blocking → <strong>Notice</strong>" in text
    assert rulebook_in_force().limits[0].most == 1


def test_rules_are_read_by_all_and_written_by_a_manager_alone(estate: Estate, enter: Enter) -> None:
    client = enter("amara")
    text = client.get("/calendar/rules/").content.decode()
    assert "Nobody has changed them." in text
    assert "/calendar/rules/change/" not in text
    assert client.post("/calendar/rules/change/", filled()).status_code == 403
    assert not Rulebook.objects.exists()


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"reason": ""}, "Why"),
        ({"reads": 51}, "Give a whole number from 0 to 50."),
        ({"cooldown_1": 99999}, "Give a whole number from 0 to 2160."),
        ({"notice_normal": 91}, "Give a whole number from 0 to 90."),
        ({"limit_0_name": "Two"}, "Give a whole number from 1 to 1000."),
        ({"severity_reads": "grave"}, "Select a valid choice"),
        ({}, "Nothing differs from what is in force."),
    ],
)
def test_rules_that_cannot_be_are_said_at_the_field_and_change_nothing(
    estate: Estate, enter: Enter, edits: dict[str, object], said: str
) -> None:
    response = enter("leila").post("/calendar/rules/change/", filled(**edits))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Rulebook.objects.exists()
    assert estate
