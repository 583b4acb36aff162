"""The freezes that a signature signs: those that catch the change by its class, at the time that it meets."""

from typing import Any

import pytest

from apps.calendar.rules import Recurrence, Scope, scope_from, span_from_local
from apps.calendar.rules.scopes import scope_of_one
from apps.calendar.services import PeriodPlan, plan_period
from apps.changes.models import Change
from apps.changes.selectors import content_of, world_of
from apps.changes.services import submit_change
from tests.changes.estate import NOW, Estate, at, draft, fresh
from tests.changes.standards import in_force, made
from tests.planning import declared

DAY = span_from_local("2026-11-19T00:00", "2026-11-20T00:00", "Europe/London")
ALL_BUT_URGENT = scope_from({"leaves_out": {"change_class": ["urgent"]}})


def of_class(change: Change, change_class: str) -> Change:
    change.change_class = change_class
    return change


@pytest.mark.parametrize("scope", [scope_of_one("change_class", "normal"), ALL_BUT_URGENT])
def test_signed_freezes_are_those_of_the_class_of_the_change(estate: Estate, scope: Scope) -> None:
    change = draft(estate)
    with at(NOW):
        freeze = declared(estate.actor("leila"), DAY, scope)
        signed = {
            name: [row["ref"] for row in content_of(of_class(change, name))["freezes"]]
            for name in ("normal", "urgent")
        }
    assert signed == {"normal": [freeze.ref], "urgent": []}


def test_signed_freeze_that_comes_again_names_the_time_that_catches_the_change(estate: Estate) -> None:
    weekly = Recurrence("2026-11-12T05:00", "2026-11-12T07:00", "Europe/London", rrule="FREQ=WEEKLY")
    with at(NOW):
        plan_period(actor=estate.actor("leila"), plan=PeriodPlan("Audit", "Quiet.", weekly))
        [signed] = content_of(draft(estate))["freezes"]
    assert (signed["start"], signed["end"]) == ("2026-11-19T05:00:00.000000Z", "2026-11-19T07:00:00.000000Z")


def test_standard_change_beyond_its_template_signs_the_freezes_of_a_normal_one(estate: Estate) -> None:
    change = made(estate, in_force(estate), end="2026-11-19T12:00")
    with at(NOW):
        freeze = declared(estate.actor("leila"), DAY, scope_of_one("change_class", "normal"))
        revision: Any = submit_change(actor=estate.actor("amara"), change=change).revision
    assert revision.content["class"] == "normal"
    assert [row["ref"] for row in revision.content["freezes"]] == [freeze.ref]
    assert world_of(fresh(change)).moved == []
