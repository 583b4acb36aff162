"""Periods that are on the calendar: shown, and changed."""

import pytest
from django.test import Client
from time_machine import travel

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.audit.models import AuditEvent
from apps.calendar.models import Period
from tests.planning import frozen, person, span, team
from tests.web.test_periods import NEW, data, leila, weekly

pytestmark = pytest.mark.django_db
__all__ = ["leila"]
"""A fixture that stands beside the tests of the form."""


@travel("2026-11-10T09:00:00Z", tick=False)
def test_change_shows_it_as_it_stands_and_saves_what_differs(client: Client, leila: User) -> None:
    client.post(NEW, weekly(step="declare"))
    path = "/calendar/periods/FRZ-1/change/"
    text = client.get(path).content.decode()
    assert 'value="2027-12-31"' in text
    assert 'value="2026-12-26"' in text
    assert 'value="SA" id="id_days_5" checked' in text
    assert "Change Overnight settlement" in text
    response = client.post(path, weekly(step="declare") | {"starts": "22:00", "kind": "event"}, follow=True)
    assert "Overnight settlement is saved." in response.content.decode()
    period = Period.objects.get()
    assert (period.ref, period.local_start, period.sequence) == ("FRZ-1", "2026-11-14T22:00", 1)
    entries = AuditEvent.objects.count()
    client.post(path, weekly(step="declare") | {"starts": "22:00"})
    assert AuditEvent.objects.count() == entries


def test_change_when_another_rule_or_none_shows_that(client: Client, leila: User) -> None:
    client.post(NEW, data(repeats="rule", rrule="FREQ=MONTHLY;BYDAY=3TU", step="declare"))
    text = client.get("/calendar/periods/FRZ-1/change/").content.decode()
    assert 'value="FREQ=MONTHLY;BYDAY=3TU"' in text
    assert 'name="repeats" value="rule" id="id_repeats_2" checked' in text.replace(" required", "")


def test_change_when_not_allowed_is_refused(client: Client, leila: User) -> None:
    frozen(leila, span(0, 24))
    client.force_login(person("priya", Role.OWNER, over=team()))
    assert client.get("/calendar/periods/FRZ-1/change/").status_code == 403
    assert client.get("/calendar/periods/FRZ-9/change/").status_code == 404


@travel("2026-11-10T09:00:00Z", tick=False)
def test_page_of_a_series_says_its_next_times_and_one_is_left_out_with_a_reason(
    client: Client, leila: User
) -> None:
    client.post(NEW, weekly(step="declare", kind="maintenance"))
    path = "/calendar/periods/CAL-1/"
    text = client.get(path).content.decode()
    assert "<dt>Next</dt><dd>Sat 14 Nov, 23:00 to Sun 15 Nov, 07:00</dd>" in text
    assert "<dt>Still to come</dt><dd>58</dd>" in text
    assert "What may change only in its windows" in text
    assert "this maintenance window lasts 7 hours instead of 8" in text
    assert "freeze" not in text.split("<main")[1].split("</main")[0].replace("calendar/freeze", "").lower()
    assert "A Change Manager over everything." in text
    given = {"start": "2026-11-21T23:00:00+00:00", "reason": "Stock take."}
    for bad in ({"start": "2026-11-22T23:00:00+00:00"}, {"reason": " "}):
        assert "There is a problem" in client.post(f"{path}skip/", given | bad).content.decode()
    text = client.post(f"{path}skip/", given, follow=True).content.decode()
    assert "does not happen on Sat 21 Nov." in text
    assert "Sat 21 Nov <small>Stock take. By Leila.</small>" in text
    assert "<dd>57</dd>" in text
    period = Period.objects.get()
    assert (period.exdates, period.sequence, period.occurrences.count()) == (
        ["2026-11-21", "2026-12-26"],
        1,
        57,
    )
    assert AuditEvent.objects.filter(event="period.skipped").count() == 1
    client.force_login(person("priya", Role.OWNER, over=team()))
    assert client.post(f"{path}skip/", given).status_code == 403


def test_page_of_a_series_after_its_first_time_is_not_over(client: Client, leila: User) -> None:
    with travel("2026-11-10T09:00:00Z", tick=False):
        client.post(NEW, weekly(step="declare"))
    with travel("2026-11-22T03:00:00Z", tick=False):
        client.force_login(leila)
        text = client.get("/calendar/periods/FRZ-1/").content.decode()
    assert "In force now" in text
    assert "<dt>Now</dt><dd>Sat 21 Nov, 23:00 to Sun 22 Nov, 07:00</dd>" in text
    assert "Lift the freeze" in text


def test_page_of_a_shift_says_who_is_on_call_and_who_owns_it(client: Client, leila: User) -> None:
    client.post(NEW, data(kind="on_call", on_call="leila", step="declare"))
    text = client.get("/calendar/periods/CAL-1/").content.decode()
    assert "<dt>On call</dt><dd>Leila</dd>" in text
    assert "<dt>Owner</dt><dd>Leila</dd>" in text
    assert "Take it off the calendar" in text
    text = client.get("/calendar/periods/CAL-1/lift/").content.decode()
    assert "Take Peak trading off the calendar?" in text
