"""The wizard’s steps as a browser posts them, and who posts them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.changes.models import Change
from apps.changes.services import start_draft
from tests.changes.estate import END, NOW, START, Estate, at, fresh

Fields = dict[str, str]


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    """Hold the clock ten days before the window."""
    with at(NOW):
        yield


@pytest.fixture
def amara(estate: Estate) -> Client:
    return signed_in(estate, "amara")


def signed_in(estate: Estate, name: str) -> Client:
    client = Client()
    client.force_login(estate.people[name])
    return client


def rows(name: str, *each: Fields) -> Fields:
    """Return the fields of a list of rows as a browser posts them."""
    fields = {f"{name}-TOTAL_FORMS": str(len(each)), f"{name}-INITIAL_FORMS": "0"}
    for place, row in enumerate(each):
        fields |= {f"{name}-{place}-{field}": value for field, value in row.items()}
    return fields


CREDIT: Fields = {
    "component": "model:default/credit-risk",
    "from_version": "1",
    "to_version": "2",
    "new_version": "",
    "difference": "Data up to September",
}
AUC: Fields = {
    "name": "AUC",
    "unit": "",
    "direction": "at_least",
    "baseline": "",
    "target": "0.84",
    "bound": "0.8",
}
WHAT = {"find": "", "found": "", **rows("items", CREDIT)}
WHY = {
    "title": "Retrain",
    "summary": "New data.",
    "outcome": "Fewer losses.",
    "cost_of_waiting": "",
    **rows("metrics", AUC),
}
IMPACT = {"find": "", "found": "", **rows("notes")}
WHEN = {"change_class": "normal", "time_zone": "Europe/London", "local_start": START, "local_end": END}
STEP: Fields = {"text": "Switch", "lead": "priya", "minutes": "15", "after": "", "way_back": "Switch back"}
HOW = {
    "rollback_plan": "Set the alias back.",
    "rollback_minutes": "4",
    **rows("criteria", {"text": "Approvals fall"}),
    **rows(
        "risks", {"text": "Refusals", "likelihood": "rare", "harm": "severe", "mitigation": "Shadow first"}
    ),
    **rows("steps", {**STEP, "text": "Shadow"}, {**STEP, "after": "1"}),
}
STEPS = {"what": WHAT, "why": WHY, "impact": IMPACT, "when": WHEN, "how-back": HOW}


def path(change: Change, step: str) -> str:
    return f"/changes/{change.ref}/edit/{step}/"


def post(client: Client, url: str, fields: Fields, act: str = "next") -> Any:
    return client.post(url, {**fields, "act": act})


def said(response: Any) -> str:
    return str(response.content.decode())


def error_at(response: Any, field: str) -> str:
    """Return the error shown at the field with this id, which the summary must lead to."""
    page = said(response)
    assert f'<a href="#{field}">' in page, f"The summary does not lead to {field}."
    return page.split(f'id="{field}-error">')[1].split("</p>")[0].partition("</span>")[2]


def an_empty_draft(estate: Estate) -> Change:
    return start_draft(actor=estate.actor("amara"))


def content(change: Change) -> Any:
    """Return everything of a draft that a step could write."""
    change = fresh(change)
    lists = (
        change.items,
        change.success_metrics,
        change.impact_notes,
        change.rollback_criteria,
        change.plan_steps,
    )
    return (change.title, change.local_start, change.rollback_plan, [list(each.values()) for each in lists])
