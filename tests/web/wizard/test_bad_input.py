"""What nobody should put into the wizard: said at its field, and nothing is changed."""

import pytest
from django.test import Client

from apps.changes.models import Change
from tests.changes.estate import Estate, draft
from tests.web.wizard.conftest import (
    AUC,
    CREDIT,
    HOW,
    STEP,
    WHEN,
    WHY,
    Fields,
    content,
    error_at,
    path,
    post,
    rows,
    said,
)

# bad input

LONG = "x" * 201


def bad(name: str, *each: Fields) -> Fields:
    """Return a step's good answers with these rows in one list."""
    step = {"metrics": WHY, "criteria": HOW, "risks": HOW, "steps": HOW}[name]
    return {field: value for field, value in step.items() if not field.startswith(name)} | rows(name, *each)


BAD = {
    "no component": ("what", rows("items"), "id_find", "Choose at least one component"),
    "unknown component": (
        "what",
        rows("items", {**CREDIT, "component": "model:default/zebra"}),
        "id_items-0-to_version",
        "no component",
    ),
    "unknown version": (
        "what",
        rows("items", {**CREDIT, "to_version": "9"}),
        "id_items-0-to_version",
        "has no version 9",
    ),
    "a version that does not move": (
        "what",
        rows("items", {**CREDIT, "to_version": "1"}),
        "id_items-0-to_version",
        "does not move",
    ),
    "a new version without a name": (
        "what",
        rows("items", {**CREDIT, "to_version": "new:"}),
        "id_items-0-new_version",
        "Say which version",
    ),
    "the same component twice": (
        "what",
        rows("items", CREDIT, CREDIT),
        "id_items-1-to_version",
        "here twice",
    ),
    "a long difference": (
        "what",
        rows("items", {**CREDIT, "difference": LONG}),
        "id_items-0-difference",
        "Shorten",
    ),
    "no title": ("why", {**WHY, "title": " "}, "id_title", "Give the change a title"),
    "a long title": ("why", {**WHY, "title": LONG}, "id_title", "Shorten"),
    "a null character": ("why", {**WHY, "summary": "a\x00b"}, "id_summary", "Null characters"),
    "no metric": (
        "why",
        bad("metrics", {**AUC, "name": "", "target": "", "bound": ""}),
        "id_metrics-0-name",
        "Name at least one",
    ),
    "a target in words": (
        "why",
        bad("metrics", {**AUC, "target": "good"}),
        "id_metrics-0-target",
        "Enter a number",
    ),
    "an endless target": (
        "why",
        bad("metrics", {**AUC, "target": "inf"}),
        "id_metrics-0-target",
        "Enter a number",
    ),
    "a metric without a target": (
        "why",
        bad("metrics", {"name": "", "target": ""}, {**AUC, "target": ""}),
        "id_metrics-1-target",
        "Give the target",
    ),
    "a bound on the wrong side": (
        "why",
        bad("metrics", {**AUC, "bound": "0.9"}),
        "id_metrics-0-bound",
        "must be below",
    ),
    "an end before the start": (
        "when",
        {**WHEN, "local_end": "2026-11-19T05:00"},
        "id_local_end",
        "after the start",
    ),
    "no start": ("when", {**WHEN, "local_start": ""}, "id_local_start", "Choose when the change starts"),
    "a start that has passed": (
        "when",
        {**WHEN, "local_start": "2026-11-01T06:00"},
        "id_local_start",
        "has passed",
    ),
    "a time that no clock shows": (
        "when",
        {**WHEN, "local_start": "2027-03-28T01:30", "local_end": "2027-03-28T03:00"},
        "id_local_start",
        "does not exist",
    ),
    "a start that is no time": (
        "when",
        {**WHEN, "local_start": "soon"},
        "id_local_start",
        "is not a date and time",
    ),
    "an unknown zone": ("when", {**WHEN, "time_zone": "Moon/Base"}, "id_time_zone", "Select a valid choice"),
    "no way back": (
        "how-back",
        {**HOW, "rollback_plan": ""},
        "id_rollback_plan",
        "Say how the change is undone",
    ),
    "minutes in words": (
        "how-back",
        {**HOW, "rollback_minutes": "few"},
        "id_rollback_minutes",
        "whole number",
    ),
    "no minutes": ("how-back", {**HOW, "rollback_minutes": "0"}, "id_rollback_minutes", "from 1 to"),
    "no sign": ("how-back", bad("criteria", {"text": ""}), "id_criteria-0-text", "Name at least one sign"),
    "a long sign": ("how-back", bad("criteria", {"text": "x" * 301}), "id_criteria-0-text", "Shorten"),
    "no risk": ("how-back", bad("risks", {"text": ""}), "id_risks-0-text", "Name at least one thing"),
    "a risk that is not said": (
        "how-back",
        bad("risks", {"text": "", "likelihood": "rare", "harm": "minor", "mitigation": "Care"}),
        "id_risks-0-text",
        "Say what could",
    ),
    "no plan": ("how-back", bad("steps", {"text": ""}), "id_steps-0-text", "Plan at least one step"),
    "a step that nobody leads": (
        "how-back",
        bad("steps", {**STEP, "lead": ""}),
        "id_steps-0-lead",
        "Say who leads",
    ),
    "after a step in words": (
        "how-back",
        bad("steps", {**STEP, "after": "first"}),
        "id_steps-0-after",
        "numbers of steps",
    ),
    "after a step that is not there": (
        "how-back",
        bad("steps", {**STEP, "after": "7"}),
        "id_steps-0-after",
        "There is no step",
    ),
    "a step after itself": (
        "how-back",
        bad("steps", {**STEP, "after": "1"}),
        "id_steps-0-after",
        "after itself",
    ),
    "a circle in the plan": (
        "how-back",
        bad("steps", {**STEP, "after": "2"}, {**STEP, "after": "1"}),
        "id_steps-",
        "stands below step",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_said_at_its_field_and_changes_nothing(estate: Estate, amara: Client, case: str) -> None:
    step, fields, field, text = BAD[case]
    change = draft(estate)
    before = content(change)
    answer = post(amara, path(change, step), fields)
    page = said(answer)
    assert answer.status_code == 422, case
    assert "<title>Error: " in page
    assert "There is a problem" in page
    if field.endswith("-"):
        field = next(f"{field}{n}-after" for n in (0, 1) if f'id="{field}{n}-after-error"' in page)
    assert text in error_at(answer, field)
    assert content(change) == before


def test_a_first_step_that_is_wrong_begins_nothing(amara: Client) -> None:
    answer = post(amara, "/changes/new/", rows("items"))
    assert error_at(answer, "id_find") == "Choose at least one component to move."
    assert not Change.objects.exists()
