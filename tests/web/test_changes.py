"""The list of changes, the page of each, and the pages that ask before a step."""

import re
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState
from apps.changes.rules.inputs import MetricInput
from apps.changes.selectors.blockers import Blocker
from apps.changes.services import revise_change, save_what, save_why, submit_change, withdraw_change
from tests.changes.estate import (
    AFTER_WINDOW,
    IN_WINDOW,
    NOW,
    Estate,
    add_component,
    approved,
    at,
    draft,
    fresh,
    sign_all,
    submitted,
    tie,
)
from tests.web.reading import Enter, text_of


def test_page_says_what_blocks_and_who_can_clear_it(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    with at(NOW):
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/"))
    assert "What is blocking this: 3 things" in page
    assert "Henrik Lindqvist has not signed" in page
    assert "Tomasz Wojcik has not signed" in page
    assert "Signs as Model Validator for credit-risk" in page
    assert change.revision.digest[:8] in page


def test_what_blocks_nothing_is_counted_apart_and_says_so_for_all_to_see(
    estate: Estate, enter: Enter
) -> None:
    told = [
        Blocker("It is on hold", "A Change Manager", "takes it off hold."),
        Blocker("PAY-2 is near", "Amara", "checks it.", "", "calendar-time", warning=True),
        Blocker("Ruth has not signed", "Ruth", "signs.", "", "hourglass", warning=True),
    ]
    page = render_to_string("changes/_blocking.html", {"blockers": told, "blocking": 1, "warnings": 2})
    said = re.sub(r"<[^>]+>", "", page)
    assert "What is blocking this: 1 thing, and 2 that block nothing" in said
    assert said.count("Warning: blocks nothing") == 1
    assert said.count("Blocks nothing") == 1
    change = approved(estate)
    with at(NOW):
        page = text_of(enter("amara").get(f"/changes/{change.ref}/"))
    assert "Blocks nothing" in page, "the window opens later"


def test_signer_is_led_to_the_signature(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    with at(NOW):
        page = text_of(enter("tomasz").get(f"/changes/{change.ref}/"))
    assert "Review and sign" in page
    assert "You sign as Model Validator for credit-risk" in page


def test_requester_of_an_approved_change_sees_why_it_cannot_start_yet(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    client = enter("amara")
    with at(NOW):
        assert "The window opens Thu 19 Nov, 06:00" in text_of(client.get(f"/changes/{change.ref}/"))
    with at(IN_WINDOW):
        assert f"/changes/{change.ref}/start/" in text_of(client.get(f"/changes/{change.ref}/"))


def test_timeline_says_who_signed_as_what_in_the_words_of_the_ledger(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    sign_all(estate, change)
    client = enter("ruth")
    page = text_of(client.get(f"/changes/{change.ref}/?timeline=all"))
    timeline = " ".join(re.sub(r"<[^>]+>", " ", page[page.index('id="timeline"') :]).split())
    assert "Tomasz Wojcik signed revision 1 as Model Validator for credit-risk" in timeline
    assert "Henrik Lindqvist signed revision 1 as Change Sponsor Entry" in timeline
    ledger = text_of(client.get(f"/ledger/?q={change.ref}"))
    assert "Signed revision 1 as Model Validator for credit-risk" in ledger


def test_timeline_gives_the_reason_of_a_step_and_of_a_refusal_once(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    with at(NOW):
        assert enter("henrik").post(f"/changes/{change.ref}/revise/").status_code == 403
        withdraw_change(actor=estate.actor("amara"), change=change, reason="Not this year.")
    page = text_of(enter("ruth").get(f"/changes/{change.ref}/?timeline=all"))
    assert page.count("Not this year.") == 1
    assert page.count("was refused: Only Amara Okafor") == 1


def test_draft_is_seen_by_its_requester_alone(estate: Estate, enter: Enter) -> None:
    change = draft(estate)
    response = enter("henrik").get(f"/changes/{change.ref}/")
    assert response.status_code == 404
    assert AuditEvent.objects.filter(event="access.denied", object_id=change.ref).exists()
    assert enter("amara").get(f"/changes/{change.ref}/").status_code == 302


def test_step_on_post_moves_the_change(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    client = enter("amara")
    with at(IN_WINDOW):
        assert "Start the change" in text_of(client.get(f"/changes/{change.ref}/start/"))
        assert fresh(change).state == ChangeState.APPROVED  # a GET never acts
        assert client.post(f"/changes/{change.ref}/start/").status_code == 302
    assert fresh(change).state == ChangeState.IN_PROGRESS
    with at(AFTER_WINDOW):
        response = client.post(f"/changes/{change.ref}/roll-back/", {"reason": ""})
        assert "Say what you saw that made you go back." in text_of(response)
        assert client.post(f"/changes/{change.ref}/roll-back/", {"reason": "Fell"}).status_code == 302
        page = text_of(client.get(f"/changes/{change.ref}/"))
    assert "Rolled back" in page
    assert "Fell" in page


def test_step_by_the_wrong_person_is_refused_and_in_the_ledger(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    with at(IN_WINDOW):
        response = enter("henrik").post(f"/changes/{change.ref}/start/")
    assert response.status_code == 403
    assert "Amara Okafor" in response.content.decode()
    assert fresh(change).state == ChangeState.APPROVED
    assert AuditEvent.objects.filter(event="access.denied", object_id=change.ref).exists()


def test_second_submit_is_answered_409(estate: Estate, enter: Enter) -> None:
    change = draft(estate)
    client = enter("amara")
    with at(NOW):
        assert client.post(f"/changes/{change.ref}/submit/").status_code == 302
        assert client.post(f"/changes/{change.ref}/submit/").status_code == 409
    assert change.revisions.count() == 1


def test_revision_page_shows_the_difference(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    actor = estate.actor("amara")
    with at(NOW):
        change = revise_change(actor=actor, change=change)
        save_why(
            actor=actor, change=change, title="Another title", summary="As before.", outcome="As before.",
            metrics=[MetricInput("AUC", 0.9)],
        )  # fmt: skip
        submit_change(actor=actor, change=change)
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/revisions/2/"))
    assert "<del>Retrain the credit-risk model</del>" in page
    assert "<ins>Another title</ins>" in page


@pytest.fixture
def revising(estate: Estate) -> Any:
    """Return a change that all had signed, which its requester now edits again."""
    change = approved(estate)
    actor = estate.actor("amara")
    with at(NOW):
        revise_change(actor=actor, change=change)
        save_why(actor=actor, change=change, title="Half a thought", summary="", outcome="", complete=False)
        save_what(actor=actor, change=change, items=[], complete=False)
    return fresh(change)


@pytest.mark.parametrize("name", ["tomasz", "ruth", "leila"])
def test_change_being_revised_shows_others_what_was_submitted_last(
    estate: Estate, enter: Enter, revising: Any, name: str
) -> None:
    page = text_of(enter(name).get(f"/changes/{revising.ref}/?timeline=all"))
    assert "<h1>Retrain the credit-risk model</h1>" in page
    assert "It is being revised" in page
    assert "You see revision 1, as it was submitted last." in page
    assert revising.revision.digest[:8] in page
    assert "Half a thought" not in page
    assert "edited the draft" not in page
    assert not AuditEvent.objects.filter(event="access.denied").exists()


def test_change_being_revised_has_no_unfinished_briefing_or_wizard_for_others(
    estate: Estate, enter: Enter, revising: Any
) -> None:
    client = enter("henrik")
    for path in ("briefing/", "edit/what/", "edit/"):
        assert (
            client.get(f"/changes/{revising.ref}/{path}").headers["Location"] == f"/changes/{revising.ref}/"
        )
    assert "Half a thought" not in text_of(client.get("/changes/?tab=all"))
    assert "Retrain" in text_of(client.get(f"/changes/{revising.ref}/revisions/1/"))
    assert client.post(f"/changes/{revising.ref}/edit/what/", {}).status_code == 403


def test_change_being_revised_leads_its_requester_to_the_wizard(enter: Enter, revising: Any) -> None:
    page = enter("amara").get(f"/changes/{revising.ref}/")
    assert page.headers["Location"] == f"/changes/{revising.ref}/edit/what/"


def test_decision_on_a_change_being_revised_keeps_its_evidence(
    estate: Estate, enter: Enter, revising: Any
) -> None:
    page = text_of(enter("henrik").get("/inbox/?tab=decided"))
    assert "Three more bad loans in a thousand are found." in page


@pytest.mark.parametrize("tab", ["open", "mine", "waiting", "week", "ended", "all"])
def test_list_answers_in_every_tab(estate: Estate, enter: Enter, tab: str) -> None:
    submitted(estate)
    with at(NOW):
        page = text_of(enter("amara").get(f"/changes/?tab={tab}"))
    assert ("Retrain the credit-risk model" in page) == (tab in ("open", "mine", "waiting", "all"))


@pytest.mark.parametrize("words", ["retrain", "CHG-{}", "{}", "credit-risk"])
def test_list_finds_by_title_number_and_component(estate: Estate, enter: Enter, words: str) -> None:
    change = submitted(estate)
    page = text_of(enter("ruth").get("/changes/", {"q": words.format(change.number)}))
    assert change.ref in page
    assert change.ref not in text_of(enter("ruth").get("/changes/", {"q": "something else"}))


def test_list_searched_or_narrowed_to_a_state_looks_in_every_tab(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=change, reason="Not now.")
    client = enter("ruth")
    for query in ("q=retrain", "state=withdrawn", f"q={change.ref}&state=withdrawn"):
        page = text_of(client.get(f"/changes/?{query}"))
        assert change.ref in page, query
        assert '<a href="?tab=all" aria-current="page">' in page
    for query in ("", "team=credit", "tab=open&q=retrain", "tab=nonsense"):
        assert change.ref not in text_of(client.get(f"/changes/?{query}")), query


def test_list_filters_narrow_and_show_how_to_widen(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    client = enter("ruth")
    assert change.ref in text_of(client.get("/changes/?team=credit&risk=2&state=in_review"))
    page = text_of(client.get("/changes/?risk=4"))
    assert change.ref not in page
    assert "No change matches" in page


def test_list_row_ends_in_whom_it_waits_on(estate: Estate, enter: Enter) -> None:
    submitted(estate)
    page = text_of(enter("ruth").get("/changes/"))
    assert "<strong>Henrik Lindqvist</strong> and 2 more" in page


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        text_of(client.get(url))
    return len(caught)


def test_list_costs_the_same_for_one_change_and_three(estate: Estate, enter: Enter) -> None:
    client = enter("ruth")
    submitted(estate)
    with at(NOW):
        one = queries(client, "/changes/")
        submitted(estate, names=("applications",), start="2026-11-20T06:00", end="2026-11-20T07:00")
        submitted(estate, names=("loan-decision",), start="2026-11-21T06:00", end="2026-11-21T07:00")
        three = queries(client, "/changes/")
    assert one == three == 15


def test_page_costs_the_same_for_one_component_and_three(estate: Estate, enter: Enter) -> None:
    client = enter("tomasz")
    small = submitted(estate)
    for name in ("fraud", "pricing"):
        estate.components[name] = add_component("model", name, estate.team)
        tie(estate.components["loan-decision"], estate.components[name], "calls")
    large = submitted(
        estate, names=("applications", "fraud", "pricing"), start="2026-11-20T06:00", end="2026-11-20T07:00"
    )
    with at(NOW):
        one, three = (queries(client, f"/changes/{change.ref}/") for change in (small, large))
    assert one == three == 24


def test_page_stays_within_its_statements_in_every_state(estate: Estate, enter: Enter) -> None:
    change = approved(estate)
    client = enter("amara")
    for moment, step in [(IN_WINDOW, "start"), (IN_WINDOW, "complete"), (AFTER_WINDOW, "")]:
        with at(moment):
            assert queries(client, f"/changes/{change.ref}/") <= 25
            if step:
                client.post(f"/changes/{change.ref}/{step}/")
    assert fresh(change).state == ChangeState.COMPLETED


def test_revision_page_marks_the_words_that_moved(estate: Estate, enter: Enter) -> None:
    change = submitted(estate)
    actor = estate.actor("amara")
    assert change.revision is not None
    words = f"{change.summary} It is one sentence longer than it was before."
    with at(NOW):
        change = revise_change(actor=actor, change=change)
        save_why(
            actor=actor, change=change, title=change.title, summary=f"{words} Or two.", outcome=words,
            metrics=[MetricInput("AUC", 0.9)],
        )  # fmt: skip
        submit_change(actor=actor, change=change)
        change = revise_change(actor=actor, change=change)
        save_why(
            actor=actor, change=change, title=change.title, summary=f"{words} Or ten.", outcome=words,
            metrics=[MetricInput("AUC", 0.9)],
        )  # fmt: skip
        submit_change(actor=actor, change=change)
        page = text_of(enter("ruth").get(f"/changes/{change.ref}/revisions/3/"))
    assert "Or <b>two.</b></del>" in page
    assert "Or <b>ten.</b></ins>" in page


def test_report_is_offered_to_overseers_and_leads_to_an_export_with_every_answer_given(
    estate: Estate, enter: Enter
) -> None:
    change = submitted(estate)
    page = enter("ruth").get(f"/changes/{change.ref}/").content.decode()
    found = re.search(r'href="(/exports/new/\?[^"]+)">.{0,200}Report \(PDF\)', page)
    assert found is not None
    answers = enter("ruth").get(found[1].replace("&amp;", "&"))
    assert answers.status_code == 200
    assert "Report to read and print" in text_of(answers)
    assert "Start the export" in text_of(answers)
    assert change.ref in text_of(answers)
    assert "Report (PDF)" not in enter("amara").get(f"/changes/{change.ref}/").content.decode()
