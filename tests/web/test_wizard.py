"""The wizard, from an idea to a submitted change, with a browser's requests on the real database."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import RoleGrant
from apps.audit.models import AuditEvent
from apps.catalog.services import bump_graph
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.services import start_draft, submit_change
from tests.changes.estate import END, NOW, START, Estate, add_component, at, draft, fresh, tie

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


# ------------------------------------------------------------------- the way


def test_a_change_goes_from_an_idea_to_review(amara: Client) -> None:
    answer = post(amara, "/changes/new/", WHAT)
    change = Change.objects.get()
    for step, following in zip(STEPS, [*list(STEPS)[1:], "check"], strict=True):
        if step != "what":
            answer = post(amara, path(change, step), STEPS[step])
        assert answer.status_code == 302, said(answer)
        assert answer.url == path(change, following)
    page = said(amara.get(path(change, "check")))
    for word in (
        "Retrain",
        "Fewer losses.",
        "0.84",
        "Approvals fall",
        "Shadow first",
        "This time is free",
        "Henrik Lindqvist",
        "Tomasz Wojcik",
    ):
        assert word in page
    assert "still missing" not in page
    answer = post(amara, path(change, "check"), {}, "submit")
    assert (answer.status_code, answer.url) == (302, f"/changes/{change.ref}/")
    change = fresh(change)
    assert change.state == ChangeState.IN_REVIEW
    assert change.revision.content["plan"][1]["after"] == [1]
    assert change.plan_steps.get(position=2).lead.username == "priya"


def test_looking_begins_nothing(amara: Client) -> None:
    page = said(amara.get("/changes/new/?component=model:default/credit-risk"))
    assert "credit-risk" in page
    assert "1 (in use)" in page
    assert not Change.objects.exists()


def test_a_step_shows_what_was_saved(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    shown = {
        "what": ["credit-risk", 'value="2" selected'],
        "why": ["We teach the model", 'value="0.84"', 'value="0.82"'],
        "impact": ["loan-decision", "loans", "Priya Raghunathan", "Risk so far"],
        "when": ['value="2026-11-19T06:00"', "This time is free"],
        "how-back": ["Set the alias back", 'value="priya" selected', "Good applicants are refused"],
    }
    for step, words in shown.items():
        page = said(amara.get(path(change, step)))
        for word in words:
            assert word in page, (step, word)
        assert "Draft saved at " in page


def test_a_draft_is_left_half_done_and_resumed(estate: Estate, amara: Client) -> None:
    change = an_empty_draft(estate)
    answer = post(
        amara, path(change, "why"), {**WHY, "title": "Half", "outcome": "", **rows("metrics")}, "leave"
    )
    assert (answer.status_code, answer.url) == (302, "/changes/")
    assert fresh(change).title == "Half"
    assert f"Go on with {change.ref}: Half" in said(amara.get("/changes/new/"))
    assert amara.get(f"/changes/{change.ref}/edit/").url == path(change, "what")
    post(amara, path(change, "what"), WHAT)
    assert amara.get(f"/changes/{change.ref}/edit/").url == path(change, "why")


def test_a_complete_draft_resumes_at_the_check(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    assert amara.get(f"/changes/{change.ref}/edit/").url == path(change, "check")


def test_back_saves_too(estate: Estate, amara: Client) -> None:
    change = an_empty_draft(estate)
    answer = post(amara, path(change, "why"), {**WHY, "title": "Kept", "summary": ""}, "back")
    assert answer.url == path(change, "what")
    assert fresh(change).title == "Kept"


def test_a_new_version_is_registered(estate: Estate, amara: Client) -> None:
    change = an_empty_draft(estate)
    answer = post(
        amara, path(change, "what"), rows("items", {**CREDIT, "to_version": "new:", "new_version": "3"})
    )
    assert answer.status_code == 302
    assert change.items.get().to_version.version == "3"


# ---------------------------------------------------------------- rearranging


def test_components_are_found_and_added_without_saving(amara: Client) -> None:
    answer = post(amara, "/changes/new/", {**WHAT, "find": "loan"}, "find")
    page = said(answer)
    assert 'value="pick:service:default/loan-decision"' in page
    assert "Data up to September" in page
    page = said(post(amara, "/changes/new/", WHAT, "pick:service:default/loan-decision"))
    assert 'name="items-1-component" value="service:default/loan-decision"' in page
    assert "2 components in this change" in page
    assert "autofocus" in page
    assert not Change.objects.exists()


def test_enter_looks_up_a_word_that_was_typed_to_be_found(amara: Client) -> None:
    page = said(post(amara, "/changes/new/", {**WHAT, "find": "loan"}, "enter"))
    assert "pick:service:default/loan-decision" in page
    assert not Change.objects.exists()
    answer = post(amara, "/changes/new/", {**WHAT, "find": "loan", "found": "loan"}, "enter")
    assert answer.status_code == 302


def test_an_unknown_word_finds_nothing(amara: Client) -> None:
    page = said(post(amara, "/changes/new/", {**WHAT, "find": "zebra\x00"}, "find"))
    assert "Nothing is called “zebra”" in page


@pytest.mark.parametrize(
    "act", ["pick:a\x00", "add:items", "remove:items:" + "9" * 5000, "remove:items:\u00b2", "remove:items:-1"]
)
def test_a_button_that_no_page_has_changes_nothing(amara: Client, act: str) -> None:
    answer = post(amara, "/changes/new/", {"find": "", "found": "", "items-TOTAL_FORMS": "0"}, act)
    assert answer.status_code == 200
    assert amara.get("/changes/new/?component=%00").status_code == 200
    assert not Change.objects.exists()


def test_rows_are_added_and_taken_away_with_what_was_typed(estate: Estate, amara: Client) -> None:
    change = an_empty_draft(estate)
    typed = {**WHY, **rows("metrics", AUC, {**AUC, "name": "Speed", "target": "not yet"})}
    page = said(post(amara, path(change, "why"), typed, "add:metrics"))
    assert page.count('name="metrics-2-') == 6
    assert 'value="not yet"' in page
    assert "There is a problem" not in page
    page = said(post(amara, path(change, "why"), typed, "remove:metrics:0"))
    assert 'name="metrics-0-name" value="Speed"' in page
    assert 'name="metrics-1-name"' not in page
    assert fresh(change).title == ""


def test_taking_a_step_away_renumbers_those_that_waited(estate: Estate, amara: Client) -> None:
    change = an_empty_draft(estate)
    plan = rows("steps", STEP, {**STEP, "after": "1"}, {**STEP, "after": "1, 2, soon"})
    page = said(post(amara, path(change, "how-back"), {**HOW, **plan}, "remove:steps:0"))
    assert 'name="steps-0-after" value=""' in page or 'name="steps-0-after" class' in page
    assert 'name="steps-1-after" value="1, soon"' in page


def test_empty_rows_are_passed_over(estate: Estate, amara: Client) -> None:
    change = an_empty_draft(estate)
    empty = {"text": "", "lead": "amara", "minutes": "15", "after": "1", "way_back": ""}
    plan = rows("steps", empty, {**STEP, "text": "Shadow"}, {**STEP, "after": "2"})
    assert post(amara, path(change, "how-back"), {**HOW, **plan}).status_code == 302
    assert change.plan_steps.get(position=2).after.get().text == "Shadow"


def test_nonsense_buttons_do_no_harm(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    before = content(change)
    for act in ("remove:metrics:99", "remove:metrics:x", "add:nothing", "pick:", "dance", ""):
        for step, fields in STEPS.items():
            assert post(amara, path(change, step), fields, act).status_code in (200, 422)
    assert content(change) == before
    assert amara.post(path(change, "why"), {"act": "next"}).status_code == 422
    assert (
        amara.post(path(change, "why"), {"act": "add:metrics", "metrics-TOTAL_FORMS": "9" * 30}).status_code
        == 200
    )


# --------------------------------------------------------------------- impact


def test_a_hit_is_ticked_off_with_a_reason(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    notes = rows(
        "notes",
        {"component": "service:default/loan-decision", "include": "on", "reason": ""},
        {"component": "product:default/loans", "reason": "It is switched off until May."},
    )
    assert post(amara, path(change, "impact"), {**IMPACT, **notes}).status_code == 302
    note = change.impact_notes.select_related("component").get()
    assert (note.component.name, note.included, note.reason) == (
        "loans",
        False,
        "It is switched off until May.",
    )
    page = said(amara.get(path(change, "check")))
    assert "Taken off" in page


@pytest.mark.parametrize("key", ["", "a\nb", "model:default/nowhere"])
def test_a_row_of_a_component_that_is_not_there_is_shown_without_a_link(
    key: str, estate: Estate, amara: Client
) -> None:
    change = draft(estate)
    note = rows("notes", {"component": key, "include": "on", "reason": "It reads nightly."})
    answer = post(amara, path(change, "impact"), {**IMPACT, **note}, "find")
    assert answer.status_code == 200
    assert f"Why is {key or 'No component'} reached?" in said(answer)


def test_a_component_is_added_by_hand_with_a_reason(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    add_component("service", "dialler", estate.team)
    page = said(post(amara, path(change, "impact"), {**IMPACT, "find": "dial"}, "find"))
    assert "pick:service:default/dialler" in page
    page = said(post(amara, path(change, "impact"), IMPACT, "pick:service:default/dialler"))
    assert "Why is dialler reached?" in page
    note = {"component": "service:default/dialler", "include": "on", "reason": ""}
    answer = post(amara, path(change, "impact"), {**IMPACT, **rows("notes", note)})
    assert error_at(answer, "id_notes-0-reason") == "Say why it is reached."
    answer = post(
        amara, path(change, "impact"), {**IMPACT, **rows("notes", {**note, "reason": "It reads nightly."})}
    )
    assert answer.status_code == 302
    page = said(amara.get(path(change, "impact")))
    assert "Added by hand" in page
    assert "Service Owner, dialler" in page


def test_a_tick_taken_away_needs_a_reason(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    notes = rows(
        "notes",
        {"component": "service:default/loan-decision", "include": "on"},
        {"component": "product:default/loans", "reason": " "},
    )
    answer = post(amara, path(change, "impact"), {**IMPACT, **notes})
    assert error_at(answer, "id_notes-1-reason") == "Say why it is not reached."
    assert not change.impact_notes.exists()


# ----------------------------------------------------------------------- when


def test_a_time_is_checked_without_saving(estate: Estate, amara: Client) -> None:
    other = draft(estate, names=("credit-risk",))
    submit_change(actor=estate.actor("amara"), change=other)
    change = draft(estate, names=("applications",), start="2026-12-01T06:00", end="2026-12-01T07:00")
    before = content(change)
    page = said(post(amara, path(change, "when"), WHEN, "check:time"))
    assert other.ref in page
    assert "trains" in page
    assert "A warning" in page
    assert content(change) == before
    same = draft(estate, start="2026-12-01T06:00", end="2026-12-01T07:00")
    page = said(post(amara, path(same, "when"), WHEN, "check:time"))
    assert "It cannot go out like this" in page


def test_a_time_that_cannot_be_checked_says_why_at_its_field(estate: Estate, amara: Client) -> None:
    change = an_empty_draft(estate)
    answer = post(amara, path(change, "when"), {**WHEN, "local_end": START}, "check:time")
    assert error_at(answer, "id_local_end") == "The end must be after the start."


# ------------------------------------------------------------------ bad input

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


# --------------------------------------------------------------------- submit


def test_what_is_missing_is_listed_with_its_place(estate: Estate, amara: Client) -> None:
    change = an_empty_draft(estate)
    page = said(amara.get(path(change, "check")))
    assert "11 things still missing" in page
    assert f'href="{path(change, "when")}#id_local_start">Choose when the change starts and ends.' in page
    assert 'value="submit"' not in page
    answer = post(amara, path(change, "check"), {}, "submit")
    assert answer.status_code == 422
    assert "Give the change a title." in said(answer)
    assert fresh(change).state == ChangeState.DRAFT


def test_nobody_to_sign_is_said_on_the_check(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    RoleGrant.objects.filter(user=estate.people["henrik"]).delete()
    assert "Nobody may sign this" in said(amara.get(path(change, "check")))
    answer = post(amara, path(change, "check"), {}, "submit")
    assert answer.status_code == 422
    assert "There is a problem" in said(answer)
    assert fresh(change).state == ChangeState.DRAFT


def test_a_second_submit_is_refused(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    assert post(amara, path(change, "check"), {}, "submit").status_code == 302
    answer = post(amara, path(change, "check"), {}, "submit")
    assert answer.status_code == 409
    assert "Nothing was changed" in said(answer)
    assert change.revisions.count() == 1


@pytest.mark.parametrize("step", STEPS)
def test_what_is_submitted_is_not_edited(estate: Estate, amara: Client, step: str) -> None:
    change = draft(estate)
    submit_change(actor=estate.actor("amara"), change=change)
    before = content(change)
    assert post(amara, path(change, step), STEPS[step]).status_code == 409
    assert amara.get(path(change, step)).url == f"/changes/{change.ref}/"
    assert amara.get(f"/changes/{change.ref}/edit/").url == f"/changes/{change.ref}/"
    assert content(change) == before


# --------------------------------------------------------------------- people


@pytest.mark.parametrize("name", ["leila", "henrik", "ruth"])
def test_a_draft_is_its_requesters_alone(estate: Estate, name: str) -> None:
    change = draft(estate)
    before = content(change)
    other = signed_in(estate, name)
    for step, fields in {**STEPS, "check": {}}.items():
        assert other.get(path(change, step)).status_code == 404
        assert post(other, path(change, step), fields).status_code == 404
    assert other.get(f"/changes/{change.ref}/edit/").status_code == 404
    assert content(change) == before
    assert AuditEvent.objects.filter(event="access.denied").exists()


def test_nobody_edits_a_change_of_another(estate: Estate) -> None:
    change = draft(estate)
    submit_change(actor=estate.actor("amara"), change=change)
    answer = post(signed_in(estate, "leila"), path(change, "why"), WHY)
    assert answer.status_code == 403
    assert "Amara Okafor" in said(answer)
    assert AuditEvent.objects.filter(event="access.denied").exists()


def test_only_those_who_may_propose_begin(estate: Estate) -> None:
    ruth = signed_in(estate, "ruth")
    for answer in (ruth.get("/changes/new/"), post(ruth, "/changes/new/", WHAT)):
        assert answer.status_code == 403
        assert "Only a Requester or a Change Manager can propose a change." in said(answer)
    assert not Change.objects.exists()


def test_an_expired_session_keeps_what_was_saved(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    before = content(change)
    amara.logout()
    answer = post(amara, path(change, "why"), WHY)
    assert answer.status_code == 302
    assert answer.url.endswith(f"?next={path(change, 'why')}")
    assert content(change) == before
    amara.force_login(estate.people["amara"])
    assert "We teach the model" in said(amara.get(path(change, "why")))


def test_steps_and_changes_that_are_not_there(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    for address in (
        path(change, "dance"),
        "/changes/CHG-999999/edit/why/",
        "/changes/zebra/edit/",
    ):
        assert amara.get(address).status_code == 404, address


# -------------------------------------------------------------------- queries


@pytest.mark.parametrize("step", ["impact", "check"])
def test_queries_do_not_grow_with_what_is_moved(estate: Estate, amara: Client, step: str) -> None:
    amara.get(path(draft(estate), step))
    counts = []
    for names in (("applications",), ("applications", "loan-decision")):
        change = draft(estate, names=names)
        with CaptureQueriesContext(connection) as asked:
            assert amara.get(path(change, step)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 25


def test_queries_do_not_grow_with_what_is_reached(estate: Estate, amara: Client) -> None:
    change = draft(estate)
    amara.get(path(change, "impact"))
    with CaptureQueriesContext(connection) as few:
        amara.get(path(change, "impact"))
    for number in range(3):
        tie(
            add_component("service", f"reader-{number}", estate.team),
            estate.components["credit-risk"],
            "calls",
        )
    bump_graph()
    amara.get(path(change, "impact"))
    with CaptureQueriesContext(connection) as many:
        page = said(amara.get(path(change, "impact")))
    assert "reader-2" in page
    assert len(many) == len(few)


@pytest.mark.parametrize("ref", ["CHG-99999", "99999", "anything"])
def test_wizard_of_what_never_was_is_not_found_and_not_recorded(
    estate: Estate, client: Client, ref: str
) -> None:
    client.force_login(estate.people["amara"])
    assert client.get(f"/changes/{ref}/edit/what/").status_code == 404
    assert client.get(f"/changes/{ref}/briefing/").status_code == 404
    assert not AuditEvent.objects.filter(event="access.denied").exists()
