"""What people read of a deputy: whom nobody misreads, and what is not offered to who cannot sign."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import Step
from apps.approvals.models import Delegation
from apps.approvals.rules import Barred, may_sign
from apps.approvals.rules.timetable import Coming
from apps.web import dates
from apps.web.consequences import absences
from apps.web.what_next import said_day
from tests.approvals.test_covering import covering
from tests.approvals.test_rules import signing
from tests.people import a_need, a_round, add_person, asked_of

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 26, 0, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 0, 0, tzinfo=UTC)


def test_time_that_is_over_at_midnight_names_the_day_that_ends() -> None:
    year = f" {MIDNIGHT.year}" if dates.clock.now().year != MIDNIGHT.year else ""
    assert dates.end(MIDNIGHT, "UTC") == f"the end of Wed 25 Nov{year}"
    assert dates.end(MIDNIGHT, "Europe/Oslo") == f"Thu 26 Nov{year}, 01:00"
    assert dates.end(NOON, "UTC") == f"Wed 25 Nov{year}, 12:00"
    assert dates.when(MIDNIGHT, "UTC") == f"Thu 26 Nov{year}, 00:00"  # as a beginning it is that day's


def test_step_at_the_end_of_a_working_day_does_not_fall_on_a_saturday() -> None:
    assert said_day(Coming(Step.MANAGERS, SATURDAY), "UTC").startswith("at the end of Fri 27 Nov")
    assert said_day(Coming(Step.MANAGERS, NOON), "UTC").startswith("on Wed 25 Nov")
    assert said_day(Coming(Step.REMIND, NOON.replace(hour=0)), "UTC").startswith("on Wed 25 Nov")


def test_absences_name_every_deputy_of_a_person_once() -> None:
    ann, ben, cleo = (
        User(pk=number, username=name, first_name=name)
        for number, name in ((1, "Ann"), (2, "Ben"), (3, "Cleo"))
    )
    both = [
        Delegation(giver=ann, delegate=one, away=True, starts_at=NOON, ends_at=MIDNIGHT)
        for one in (ben, cleo)
    ]
    until = dates.end(MIDNIGHT, "UTC")
    other = User(pk=4)
    assert absences(both, other, "UTC") == [f"Ann is away until {until}. Ben or Cleo signs in their place"]
    assert absences(both, ann, "UTC") == [f"You are away until {until}. Ben or Cleo signs in your place"]
    assert absences(both, cleo, "UTC") == [f"Ann is away until {until}. Ben or you sign in their place"]
    both[0].away = both[1].away = False
    assert absences(both, other, "UTC") == [f"Ann lets Ben or Cleo sign in their place until {until}"]


def test_reason_that_nobody_can_mend_comes_before_the_role_that_can_be_given() -> None:
    refused = may_sign(signing(holds_role=False, is_named=False, bar_reason="You asked for this change."))
    assert refused.reason == "You asked for this change."


@pytest.mark.django_db
def test_page_does_not_say_that_a_deputy_signs_who_cannot(client: Client) -> None:
    cache.clear()
    ann = add_person("ann", Role.VALIDATOR, name="Ann Doe")
    ben = add_person("ben", Role.REQUESTER, name="Ben Roe")
    bar = Barred(ben.pk, "You asked for this change.")
    asked = asked_of(a_round(a_need(component="m"), barred=[bar]), Role.VALIDATOR, "m")
    covering(ann, ben, last=dates.clock.now().date() + timedelta(days=3), away=True)
    client.force_login(ben)
    for place in (f"/approvals/{asked.pk}/sign/", f"/inbox/{asked.pk}/"):
        page = client.get(place).content.decode()
        assert "You cannot sign this. You asked for this change." in page
        assert "in the place of" not in page
