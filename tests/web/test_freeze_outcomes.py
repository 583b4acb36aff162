"""The look before a freeze asks what becomes of each change that it falls on; its page shows that and takes another."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.calendar.models import FreezeOutcome, Period
from apps.changes.services import declare_period, start_change
from apps.core import clock
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, submitted
from tests.changes.test_freeze_outcomes import WHY, plan
from tests.web.reading import Enter


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


def test_look_offers_an_outcome_for_each_with_it_moves_first(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    asked = {
        "kind": "freeze", "name": "Peak", "reason": "Sales.", "time_zone": "Europe/London", "repeats": "once",
        "first_day": "2026-11-18", "last_day": "2026-11-20", "starts": "00:00", "ends": "23:00", "owner": "leila",
    }  # fmt: skip
    text = enter("leila").post("/calendar/periods/new/", asked | {"step": "look"}).content.decode()
    start = text.index(f'<select class="form-select" id="outcome-{change.booking_id}"')
    assert text[start:].index('value="moves"') < text[start:].index('value="exempt"')
    said = {f"outcome-{change.booking_id}": "exempt", f"reason-{change.booking_id}": WHY, "step": "look"}
    again = enter("leila").post("/calendar/periods/new/", asked | said).content.decode()
    assert '<option value="exempt" selected>' in again
    assert f'value="{WHY}"' in again
    enter("leila").post("/calendar/periods/new/", asked | said | {"step": "declare"})
    assert FreezeOutcome.objects.get().outcome == "exempt"
    assert Period.objects.get().name == "Peak"


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
    assert counts[0] == counts[1]


def test_change_page_when_a_freeze_begins_over_it_says_to_hold(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    client = enter("amara")
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=change)
        assert "Hold after this stage" not in client.get(f"/changes/{change.ref}/").content.decode()
        declare_period(actor=estate.actor("leila"), plan=plan(), outcomes={})
        assert "Hold after this stage" in client.get(f"/changes/{change.ref}/").content.decode()
