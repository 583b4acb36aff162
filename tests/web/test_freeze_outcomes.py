"""The look before a freeze asks what becomes of each change that it falls on; its page shows that and takes another."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.calendar.models import FreezeOutcome, Period
from apps.changes.services import declare_period, start_change
from apps.core import clock
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, submitted
from tests.changes.test_freeze_outcomes import WHY, plan
from tests.web.reading import Enter, text_of


@pytest.fixture(autouse=True)
def now() -> object:
    with clock.moved_to(NOW):
        yield


def test_page_shows_each_outcome_and_its_owner_says_otherwise(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    period = declare_period(actor=estate.actor("leila"), plan=plan(), outcomes={})
    path = f"/calendar/periods/{period.ref}/"
    assert "It moves." in enter("leila").get(path).content.decode()
    assert "Say otherwise" not in enter("amara").get(path).content.decode()
    given = {"change": change.ref, "outcome": "exempt", "reason": WHY}
    assert enter("amara").post(f"{path}outcome/", given).status_code == 403
    text = enter("leila").post(f"{path}outcome/", given, follow=True).content.decode()
    assert "It is exempt." in text
    assert WHY in text
    for bad in ({"change": "CHG-9"}, {"outcome": "vanishes"}, {"outcome": "exception", "reason": ""}):
        assert enter("leila").post(f"{path}outcome/", given | bad).status_code in (400, 409)
    assert FreezeOutcome.objects.get().outcome == "exempt"


ASKED = {
    "kind": "freeze", "name": "Peak", "reason": "Sales.", "time_zone": "Europe/London", "repeats": "once",
    "first_day": "2026-11-18", "last_day": "2026-11-20", "starts": "00:00", "ends": "23:00", "owner": "leila",
}  # fmt: skip
NEW = "/calendar/periods/new/"


def test_look_weighs_each_change_and_chooses_nothing_for_an_approved_one(
    estate: Estate, enter: Enter
) -> None:
    change, waiting = approved(estate), submitted(estate)
    text = text_of(enter("leila").post(NEW, ASKED | {"step": "look"}))
    assert "No signature is asked again now. A change that moves is signed again when it moves: 2" in text
    assert "Amara" in text
    html = enter("leila").post(NEW, ASKED | {"step": "look"}).content.decode()
    for one, first in ((change, 'value="" selected'), (waiting, 'value="moves"')):
        start = html.index(f'name="outcome-{one.booking_id}"')
        assert first in html[start : start + 300]


def test_declare_when_a_choice_or_reason_is_missing_says_so_at_its_field_and_loses_nothing(
    estate: Estate, enter: Enter
) -> None:
    one, two = approved(estate), approved(estate)
    given = ASKED | {"step": "declare", f"outcome-{two.booking_id}": "exempt"}
    html = enter("leila").post(NEW, given).content.decode()
    assert f'<a href="#id_outcome-{one.booking_id}">{one.ref}: choose what becomes of it.' in html
    assert f'<a href="#id_reason-{two.booking_id}">{two.ref}: give the reason.' in html
    assert '<option value="exempt" selected>' in html
    assert not Period.objects.exists()
    given |= {f"reason-{two.booking_id}": WHY, f"outcome-{one.booking_id}": "moves"}
    enter("leila").post(NEW, given)
    assert sorted(FreezeOutcome.objects.values_list("outcome", flat=True)) == ["exempt", "moves"]


def test_look_at_an_edit_says_who_signed_with_the_old_time_in_view_and_is_asked_again(
    estate: Estate, enter: Enter
) -> None:
    period = declare_period(actor=estate.actor("leila"), plan=plan(), outcomes={})
    approved(estate)
    path = f"/calendar/periods/{period.ref}/change/"
    for hours, again in ((f"{period.end:%H:%M}", False), ("21:30", True)):
        given = ASKED | {"step": "look", "time_zone": "UTC", "starts": f"{period.start:%H:%M}", "ends": hours}
        given |= {"first_day": f"{period.start:%Y-%m-%d}", "last_day": f"{period.end:%Y-%m-%d}"}
        text = text_of(enter("leila").post(path, given))
        assert "It keeps 1 change back already." in text
        assert ("<small>2 signatures asked again</small>" in text) is again
        assert "No signature is asked again now" not in text


@pytest.mark.parametrize("above", ["Change Sponsor", "Change Manager"])
def test_form_says_who_signs_an_exception(estate: Estate, enter: Enter, above: str) -> None:
    if above == "Change Manager":
        RoleGrant.objects.filter(role=Role.SPONSOR).delete()
    text = text_of(enter("leila").get(NEW))
    assert (
        f"Exceptions are signed by the Service Owner of each component that it holds back and by a {above}"
        in text
    )


def test_look_at_a_maintenance_window_shows_what_is_planned_outside_it(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    weekly = ASKED | {"kind": "maintenance", "first_day": "2026-11-14", "last_day": "", "repeats": "weekly"}
    html = enter("leila").post(NEW, weekly | {"days": ["SA"], "step": "look"}).content.decode()
    assert "Planned outside it" in html
    assert f'name="outcome-{change.booking_id}"' in html
    html = enter("leila").post(NEW, weekly | {"first_day": "2027-01-02", "step": "look"}).content.decode()
    assert "Nothing is planned outside it that it would keep back." in html


def test_page_costs_the_same_with_2_and_12_changes(estate: Estate, enter: Enter) -> None:
    counts = []
    period = declare_period(actor=estate.actor("leila"), plan=plan(), outcomes={})
    client = enter("leila")
    for more in (2, 10):
        for _ in range(more):
            submitted(estate)
        client.get(f"/calendar/periods/{period.ref}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/calendar/periods/{period.ref}/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 25


def test_change_page_when_a_freeze_begins_over_it_says_to_hold(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    client = enter("amara")
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=change)
        assert "Hold after this stage" not in client.get(f"/changes/{change.ref}/").content.decode()
        declare_period(actor=estate.actor("leila"), plan=plan(), outcomes={})
        assert "Hold after this stage" in client.get(f"/changes/{change.ref}/").content.decode()
