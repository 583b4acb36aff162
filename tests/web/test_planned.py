"""What a form shows of a time before it is booked is what is found when it is: class and people count."""

from collections.abc import Iterator

import pytest

from apps.calendar.rules import span_from_local
from apps.calendar.rules.scopes import scope_of_one
from apps.calendar.selectors import conflicts_of
from apps.catalog.services import bump_graph
from apps.changes.selectors import planned
from apps.changes.services import submit_change
from tests.changes.estate import END, NOW, START, Estate, add_component, at, draft, fresh, submitted
from tests.changes.standards import in_force, made
from tests.planning import declared
from tests.web.reading import Enter

WHEN = {"time_zone": "Europe/London", "local_start": START, "local_end": END}


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with at(NOW):
        yield


def freeze_of(estate: Estate, change_class: str) -> None:
    """Freeze the day of the window for changes of one class."""
    day = span_from_local("2026-11-19T00:00", "2026-11-20T00:00", "Europe/London")
    declared(estate.actor("leila"), day, scope_of_one("change_class", change_class), "Peak")


@pytest.mark.parametrize(("goes_as", "met"), [("normal", True), ("urgent", False)])
def test_check_of_a_time_meets_the_freezes_of_the_class_that_is_typed(
    estate: Estate, enter: Enter, goes_as: str, met: bool
) -> None:
    change = draft(estate)
    freeze_of(estate, "normal")
    fields = WHEN | {"change_class": goes_as, "late_reason": "", "act": "check:time"}
    text = enter("amara").post(f"/changes/{change.ref}/edit/when/", fields).content.decode()
    assert ("This time is free" in text) is not met
    assert ("Peak" in text.split('id="checked"')[1].split("</section>")[0]) is met


def test_move_form_shows_whom_both_changes_need_as_submitting_finds_it(estate: Estate, enter: Enter) -> None:
    estate.components["churn"] = add_component("model", "churn", estate.team)
    bump_graph()
    other, change = submitted(estate), draft(estate, names=("churn",))
    text = enter("amara").post(f"/calendar/move/{change.ref}/", WHEN | {"step": "look"}).content.decode()
    assert other.ref in text
    submit_change(actor=estate.actor("amara"), change=change)
    assert {one.ref for one in conflicts_of(change.ref)} == {other.ref}


def test_standard_change_beyond_its_template_is_checked_as_the_normal_one_that_it_is_booked_as(
    estate: Estate, enter: Enter
) -> None:
    change = made(estate, in_force(estate))
    freeze_of(estate, "normal")
    path = f"/calendar/move/{change.ref}/"
    assert "This time is free" in enter("amara").post(path, WHEN | {"step": "look"}).content.decode()
    long = WHEN | {"local_end": "2026-11-19T12:00", "step": "look"}
    assert "This time is free" not in enter("amara").post(path, long).content.decode()
    assert planned(fresh(change))["change_class"] == "standard"
