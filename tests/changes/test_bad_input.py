"""What a draft refuses: at which field, with which words, and that nothing is changed."""

from typing import Any

import pytest

from apps.accounts.models import RoleGrant
from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput, MetricInput, NoteInput, RiskInput, StepInput
from apps.changes.selectors import content_of
from apps.changes.services import (
    hold_change,
    save_how_back,
    save_impact,
    save_what,
    save_when,
    save_why,
    start_draft,
    submit_change,
)
from apps.core import actors
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked
from tests.changes.estate import AFTER_WINDOW, END, NOW, START, Estate, at, draft, fresh, submitted

MODEL = "model:default/credit-risk"


def refused(estate: Estate, save: Any, **values: Any) -> dict[str, list[str]]:
    """Return the fields that a save names, after seeing that it changed nothing."""
    change = draft(estate)
    with at(NOW):
        content, entries = content_of(change), AuditEvent.objects.count()
        with pytest.raises(Invalid) as error:
            save(actor=estate.actor("amara"), change=change, **values)
        assert content_of(fresh(change)) == content
        assert AuditEvent.objects.count() == entries
    return error.value.fields


@pytest.mark.parametrize(
    ("items", "field", "words"),
    [
        ([], "items", "Choose at least one component"),
        ([ItemInput("model:default/nothing", "2")], "items.0.component", "The catalog has no component"),
        ([ItemInput("", "2")], "items.0.component", "Choose a component"),
        ([ItemInput(MODEL, "")], "items.0.to_version", "Say which version"),
        ([ItemInput(MODEL, "9")], "items.0.to_version", "has no version 9. The catalog knows"),
        ([ItemInput(MODEL, "1")], "items.0.to_version", "is at 1 already, so it does not move"),
        ([ItemInput(MODEL, "2", "2")], "items.0.to_version", "is at 2 already, so it does not move"),
        ([ItemInput(MODEL, "2", "7")], "items.0.from_version", "has no version 7"),
        ([ItemInput(MODEL, "2"), ItemInput(MODEL, "2")], "items.1.component", "is here twice"),
        ([ItemInput(MODEL, "2", difference="x" * 201)], "items.0.difference", "Shorten this to 200"),
        ([ItemInput(f"model:default/{n}", "2") for n in range(51)], "items", "at most 50"),
    ],
)
def test_what_is_refused_at_its_field(estate: Estate, items: Any, field: str, words: str) -> None:
    assert words in refused(estate, save_what, items=items)[field][0]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"title": " "}, "title", "Give the change a title"),
        ({"title": "x" * 201}, "title", "Shorten this to 200"),
        ({"summary": ""}, "summary", "Say in plain words"),
        ({"summary": "a\x00b"}, "summary", "null character"),
        ({"metrics": []}, "metrics", "at least one success metric"),
        ({"metrics": [MetricInput("", 1.0)]}, "metrics.0.name", "Name what is measured"),
        ({"metrics": [MetricInput("AUC", None)]}, "metrics.0.target", "Give the target"),
        ({"metrics": [MetricInput("AUC", float("nan"))]}, "metrics.0.target", "Enter a number"),
        ({"metrics": [MetricInput("AUC", 0.8, direction="up")]}, "metrics.0.direction", "Choose one of"),
        ({"metrics": [MetricInput("AUC", 0.8, bound=0.9)]}, "metrics.0.bound", "must be below the target"),
        ({"metrics": [MetricInput("AUC", 1), MetricInput("auc ", 2)]}, "metrics.1.name", "is here twice"),
        (
            {"metrics": [MetricInput("p95", 100, direction="at_most", bound=90)]},
            "metrics.0.bound",
            "must be above the target",
        ),
    ],
)
def test_why_is_refused_at_its_field(estate: Estate, values: Any, field: str, words: str) -> None:
    sound = {"title": "A", "summary": "B", "outcome": "C", "metrics": [MetricInput("AUC", 0.9)]}
    assert words in refused(estate, save_why, **{**sound, **values})[field][0]


@pytest.mark.parametrize(
    ("notes", "field", "words"),
    [
        ([NoteInput("service:default/none", False, "No")], "notes.0.component", "has no component"),
        (
            [NoteInput("service:default/loan-decision", False, " ")],
            "notes.0.reason",
            "Say why it is not reached",
        ),
        ([NoteInput(MODEL, False, "No")], "notes.0.component", "is among what moves"),
        ([NoteInput("product:default/loans", True, "x")] * 2, "notes.1.component", "is here twice"),
    ],
)
def test_impact_is_refused_at_its_field(estate: Estate, notes: Any, field: str, words: str) -> None:
    assert words in refused(estate, save_impact, notes=notes)[field][0]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"local_end": "2026-11-19T05:00"}, "local_end", "The end must be after the start"),
        ({"local_end": START}, "local_end", "The end must be after the start"),
        ({"local_start": ""}, "local_start", "Choose when the change starts"),
        ({"local_start": "soon"}, "local_start", ""),
        ({"local_start": "2026-11-01T06:00"}, "local_start", "This time has passed"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "There is no time zone"),
        ({"change_class": "quick"}, "change_class", "Choose one of"),
        ({"local_start": "2027-03-28T01:30", "local_end": "2027-03-28T04:00"}, "local_start", ""),
    ],
)
def test_when_is_refused_at_its_field(estate: Estate, values: Any, field: str, words: str) -> None:
    sound = {"change_class": "normal", "time_zone": "Europe/London", "local_start": START, "local_end": END}
    assert words in refused(estate, save_when, **{**sound, **values})[field][0]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"rollback_plan": ""}, "rollback_plan", "Say how the change is undone"),
        ({"rollback_minutes": None}, "rollback_minutes", "how many minutes"),
        ({"rollback_minutes": 0}, "rollback_minutes", "from 1 to"),
        ({"criteria": []}, "criteria", "at least one sign"),
        ({"criteria": ["ok", ""]}, "criteria.1", "Name the sign"),
        ({"risks": []}, "risks", "at least one thing"),
        ({"risks": [RiskInput("x", likelihood="never")]}, "risks.0.likelihood", "Choose one of"),
        ({"steps": []}, "steps", "Plan at least one step"),
        ({"steps": [StepInput("a", "nobody")]}, "steps.0.lead", "nobody here called"),
        ({"steps": [StepInput("a", "")]}, "steps.0.lead", "Say who leads"),
        ({"steps": [StepInput("a", "amara", 0)]}, "steps.0.minutes", "from 1 to"),
        ({"steps": [StepInput("a", "amara", after=(1,))]}, "steps.0.after", "cannot come after itself"),
        ({"steps": [StepInput("a", "amara", after=(4,))]}, "steps.0.after", "There is no step 4"),
        (
            {"steps": [StepInput("a", "amara", after=(2,)), StepInput("b", "amara")]},
            "steps.0.after",
            "Step 2 stands below step 1. Move step 1 below it.",
        ),
        ({"risks": [RiskInput("Breaks"), RiskInput(" breaks ")]}, "risks.1.text", "is here twice"),
        ({"criteria": ["Falls", "Falls"]}, "criteria.1", "is here twice"),
    ],
)
def test_how_back_is_refused_at_its_field(estate: Estate, values: Any, field: str, words: str) -> None:
    sound = {
        "rollback_plan": "Back",
        "rollback_minutes": 4,
        "criteria": ["Falls"],
        "risks": [RiskInput("Breaks")],
        "steps": [StepInput("Go", "amara")],
    }
    assert words in refused(estate, save_how_back, **{**sound, **values})[field][0]


def test_submit_of_an_empty_draft_names_every_field_that_is_missing(estate: Estate) -> None:
    actor = estate.actor("amara")
    with at(NOW):
        change = start_draft(actor=actor)
        with pytest.raises(Invalid) as error:
            submit_change(actor=actor, change=change)
    assert list(error.value.fields) == [
        "items", "title", "summary", "outcome", "metrics", "window", "rollback_plan", "rollback_minutes",
        "criteria", "risks", "steps",
    ]  # fmt: skip
    assert fresh(change).state == ChangeState.DRAFT


def test_submit_after_the_window_has_passed_is_refused(estate: Estate) -> None:
    change = draft(estate)
    with at(AFTER_WINDOW), pytest.raises(Invalid) as error:
        submit_change(actor=estate.actor("amara"), change=change)
    assert "has passed" in error.value.fields["local_start"][0]
    assert change.revisions.count() == 0


def test_submit_with_nobody_to_sign_is_blocked_and_changes_nothing(estate: Estate) -> None:
    change = draft(estate)
    RoleGrant.objects.filter(user=estate.people["tomasz"]).update(valid_to=NOW)
    with at(NOW), pytest.raises(PolicyBlocked, match="Model Validator for credit-risk"):
        submit_change(actor=estate.actor("amara"), change=change)
    assert fresh(change).state == ChangeState.DRAFT
    assert change.revisions.count() == 0


def test_half_a_draft_is_kept_when_it_need_not_be_complete(estate: Estate) -> None:
    actor = estate.actor("amara")
    with at(NOW):
        change = start_draft(actor=actor)
        save_what(actor=actor, change=change, items=[], complete=False)
        save_why(actor=actor, change=change, title="Later", summary="", outcome="", complete=False)
        save_when(
            actor=actor, change=change, change_class="normal", time_zone="Europe/London",
            local_start=START, local_end="", complete=False,
        )  # fmt: skip
        save_how_back(actor=actor, change=change, rollback_plan="", rollback_minutes=None, complete=False)
    change = fresh(change)
    assert (change.title, change.local_start, change.planned_start) == ("Later", START, None)


def test_edit_of_what_is_submitted_says_to_revise_it(estate: Estate) -> None:
    change = submitted(estate)
    with at(NOW), pytest.raises(IllegalTransition, match="in review, so it cannot be edited") as error:
        save_impact(actor=estate.actor("amara"), change=change, notes=[])
    assert "Revise" in error.value.remedy


@pytest.mark.parametrize("name", ["henrik", "ruth", "priya"])
def test_others_may_not_propose_nor_edit(estate: Estate, name: str) -> None:
    with pytest.raises(Forbidden, match="Requester or a Change Manager"):
        start_draft(actor=estate.actor(name))
    change = draft(estate)
    with at(NOW), pytest.raises(Forbidden, match="Only Amara Okafor"):
        save_impact(actor=estate.actor(name), change=change, notes=[])


def test_system_may_not_propose(db: None) -> None:
    with pytest.raises(Forbidden):
        start_draft(actor=actors.system("anything"))


def test_requester_may_not_hold(estate: Estate) -> None:
    change = submitted(estate)
    with at(NOW), pytest.raises(Forbidden, match="Only a Change Manager"):
        hold_change(actor=estate.actor("amara"), change=change, reason="x")


def test_new_version_is_registered_when_asked(estate: Estate) -> None:
    change = draft(estate)
    with at(NOW):
        save_what(actor=estate.actor("amara"), change=change, items=[ItemInput(MODEL, "9", register=True)])
    item = change.items.get()
    assert (item.from_version.version, item.to_version.version) == ("1", "9")
    assert Change.objects.get(pk=change.pk).state == ChangeState.DRAFT


@pytest.mark.parametrize("value", [2.0**53, 1e17, -1e17, 1e300])
@pytest.mark.parametrize("field", ["target", "baseline", "bound"])
def test_metric_beyond_exactness_is_refused_at_its_field(estate: Estate, field: str, value: float) -> None:
    metric = MetricInput(**{"name": "AUC", "target": 0.5, field: value})
    fields = refused(estate, save_why, title="A", summary="B", outcome="C", metrics=[metric])
    assert "cannot be signed exactly" in fields[f"metrics.0.{field}"][0]
