"""The wizard, step by step, from an idea to review, with a browser’s requests on the real database."""

import pytest
from django.test import Client

from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.services import submit_change
from tests.changes.estate import START, Estate, add_component, draft, fresh
from tests.web.wizard.conftest import (
    AUC,
    CREDIT,
    HOW,
    IMPACT,
    STEP,
    STEPS,
    WHAT,
    WHEN,
    WHY,
    an_empty_draft,
    content,
    error_at,
    path,
    post,
    rows,
    said,
)

# the way


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


# rearranging


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


# impact


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


# when


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
