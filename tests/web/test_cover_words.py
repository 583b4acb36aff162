"""What people read of a deputy: whom nobody misreads, and what is not offered to who cannot sign."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import Step
from apps.approvals.models import Delegation
from apps.approvals.rules import Barred, may_sign
from apps.approvals.rules.timetable import Coming
from apps.approvals.selectors import not_covered_by
from apps.web import dates
from apps.web.consequences import absences
from apps.web.what_next import said_day
from tests.approvals.test_covering import covering, offered
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
    assert dates.end(MIDNIGHT.date(), "UTC") == f"Thu 26 Nov{year}"  # a day that is named is meant itself
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


@pytest.fixture
def ann() -> User:
    cache.clear()
    return add_person("ann", Role.VALIDATOR, name="Ann Doe")


@pytest.fixture
def ben() -> User:
    return add_person("ben", Role.REQUESTER, name="Ben Roe")


@pytest.mark.django_db
def test_inbox_holds_the_request_to_stand_in_until_it_is_answered(
    client: Client, ann: User, ben: User
) -> None:
    delegation = offered(ann, ben, away=True)
    client.force_login(ben)
    page = client.get("/inbox/").content.decode()
    assert "Ann Doe asks you to sign in their place" in page
    assert "the end of" in page.split("asks you to sign in their place")[1].split("</li>")[0]
    client.post(f"/account/cover/{delegation.pk}/accept/")
    assert "asks you to sign in their place" not in client.get("/inbox/").content.decode()
    client.force_login(ann)
    page = client.get("/inbox/").content.decode()
    assert "You are away until the end of" in page
    assert "Ben Roe signs in your place." in page
    assert "You are away" not in client.get("/inbox/?tab=decided").content.decode()


@pytest.mark.django_db
def test_cover_that_cannot_work_is_told_when_it_is_given_and_when_it_is_taken(
    client: Client, ann: User, ben: User
) -> None:
    bar = Barred(ben.pk, "You asked for this change.")
    barred = a_round(a_need(component="m"), barred=[bar])
    free = a_round(a_need(component="m"))
    client.force_login(ann)
    today = dates.clock.now().date()
    sent = {"delegate": "ben", "first": str(today), "last": str(today), "what": "all"}
    page = client.post("/account/cover/", sent, follow=True).content.decode()
    assert (
        f"Of what is open now, Ben Roe cannot sign: {barred.subject_ref} "
        "(they would read: “You asked for this change.”)." in page
    )
    assert free.subject_ref not in page
    delegation = Delegation.objects.get()
    client.force_login(ben)
    page = client.post(f"/account/cover/{delegation.pk}/accept/", follow=True).content.decode()
    assert f"Of what is open now, you cannot sign: {barred.subject_ref} (You asked for this change.)." in page


@pytest.mark.django_db
def test_what_a_deputy_cannot_sign_is_found_in_as_many_queries_for_one_as_for_three(
    ann: User, ben: User, django_assert_num_queries: Any
) -> None:
    delegation = offered(ann, ben, away=True)
    bar = Barred(ben.pk, "You asked for this change.")
    for number in (1, 2, 3):
        a_round(a_need(component="m"), barred=[bar])
        with django_assert_num_queries(14):
            assert len(not_covered_by(Delegation.objects.get(pk=delegation.pk))) == number


@pytest.mark.django_db
def test_inbox_offers_to_save_a_view_beside_its_filters_and_not_without_any(
    client: Client, ann: User
) -> None:
    a_round(a_need(component="m"))
    client.force_login(ann)
    assert "Save this view as" not in client.get("/inbox/").content.decode()
    page = client.get("/inbox/?role=validator").content.decode()
    assert "Save this view as" in page.split('class="applied"')[1]


@pytest.mark.django_db
def test_consequence_counts_the_reader_among_those_of_their_role(client: Client, ann: User) -> None:
    add_person("cleo", Role.VALIDATOR)
    round_ = a_round(a_need(component="m"), a_need(component="n"))
    client.force_login(ann)
    page = client.get(f"/inbox/{asked_of(round_, Role.VALIDATOR, 'm').pk}/").content.decode()
    assert "You or another Model Validator still signs." in page
