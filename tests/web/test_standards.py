"""The pages of standard changes: written, read, approved from the inbox, used, and retired, all by plain posts."""

from dataclasses import replace

import pytest

from apps.accounts.models import RoleGrant
from apps.approvals.models import Requirement
from apps.audit.models import AuditEvent
from apps.changes.models import Change, Standard, StandardVersion
from apps.changes.services import (
    complete_change,
    retire_standard,
    roll_back_change,
    start_change,
    write_standard,
)
from tests.changes.estate import IN_WINDOW, NOW, Estate, at, draft, fresh, sign_all
from tests.changes.standards import GIVEN, MODEL, decide_version, in_force, low_risk, made, proposed, sent
from tests.web.reading import Enter, queries_of, text_of

FILLED = {
    "title": "Refresh the credit-risk model",
    "summary": "The monthly refresh.",
    "outcome": "It knows the last month.",
    "components": f" {MODEL} \n\n",
    "steps": "Shadow | 30\nSwitch the alias | 10\nWatch | the dials",
    "most_minutes": "180",
    "rollback_plan": "Set the alias back.",
    "rollback_minutes": "4",
    "criteria": "Approvals fall by two points",
    "risks": "It forgets the spring\nIt sleeps",
    "documents": ["test_report"],
    "most_uses": "12",
    "review_by": "2027-05-01",
}


def test_standard_change_is_written_read_and_sent_by_plain_posts(estate: Estate, enter: Enter) -> None:
    low_risk()
    with at(NOW):
        client = enter("amara")
        assert "Write a standard change" in text_of(client.get("/standard-changes/"))
        page = client.post("/standard-changes/new/", FILLED)
        assert page["Location"] == "/standard-changes/STD-1/versions/1/"
        page = text_of(client.get("/standard-changes/STD-1/versions/1/"))
        assert "Shadow, 30 minutes" in page
        assert "Watch | the dials, 15 minutes" in page
        assert "Send it for approval" in page
        text = text_of(client.get("/standard-changes/STD-1/write/"))
        assert "Switch the alias | 10" in text
        assert client.post("/standard-changes/STD-1/versions/1/propose/", {"reason": " "}).status_code == 422
        client.post("/standard-changes/STD-1/versions/1/propose/", {"reason": "We do this each month."})
        page = text_of(client.get("/standard-changes/STD-1/versions/1/"))
        assert "Out for approval" in page
        assert "Henrik Lindqvist" in page
        assert "Send it for approval" not in page
    kept = StandardVersion.objects.get().content
    assert kept["components"] == [MODEL]
    assert kept["most_uses"] == 12
    assert kept["documents"] == ["test_report"]


def test_form_says_at_each_field_what_is_wrong_and_keeps_what_was_typed(estate: Estate, enter: Enter) -> None:
    low_risk()
    client = enter("leila")
    text = text_of(
        client.post("/standard-changes/new/", {"components": "model:default/nowhere", "most_uses": "x"}), 422
    )
    assert "Enter a whole number" in text
    wrong = FILLED | {"components": "model:default/nowhere", "steps": "", "most_uses": "", "review_by": ""}
    text = text_of(client.post("/standard-changes/new/", wrong), 422)
    assert "There is a problem" in text
    assert "The catalog has no component “model:default/nowhere”." in text
    assert "Plan at least one step." in text
    assert "Nothing is approved for ever" in text
    assert "Set the alias back." in text
    assert not Standard.objects.exists()


def test_approver_finds_it_in_the_inbox_with_what_it_allows(estate: Estate, enter: Enter) -> None:
    standard = in_force(estate)
    version = proposed(estate, replace(GIVEN, most_minutes=200), standard=standard)
    asked = Requirement.objects.get(round=version.round_id, role="sponsor")
    with at(NOW):
        page = text_of(enter("henrik").get(f"/inbox/{asked.pk}/"))
        assert "What your signature allows" in page
        assert "What is different from version 1" in page
        assert "200 minutes" in page
        assert "None has ended yet." in page
        assert "Approve" in text_of(enter("henrik").get(f"/approvals/{asked.pk}/sign/"))
        page = text_of(enter("henrik").get("/standard-changes/STD-1/versions/2/"))
        assert f"/approvals/{asked.pk}/sign/" in page
        assert "180 minutes" in page
        page = text_of(enter("henrik").get("/standard-changes/STD-1/"))
        assert "Version 2 is out for approval" in page


def test_change_is_begun_from_it_and_its_wizard_says_whether_it_is_within(
    estate: Estate, enter: Enter
) -> None:
    in_force(estate)
    with at(NOW):
        client = enter("amara")
        assert "begin from a standard change" in text_of(client.get("/changes/new/"))
        assert "Begin" in text_of(client.get("/standard-changes/"))
        assert client.get("/standard-changes/STD-1/use/").status_code == 405
        page = client.post("/standard-changes/STD-1/use/")
        change = Change.objects.get()
        assert page["Location"] == f"/changes/{change.ref}/edit/what/"
        page = text_of(client.get(page["Location"]))
        assert "goes as a standard change" in page
        assert MODEL in page
        page = text_of(client.get(f"/changes/{change.ref}/edit/when/"))
        assert 'value="standard"' in page
        change = made(estate, Standard.objects.get(), end="2026-11-19T10:00")
        for step in ("what", "when", "check"):
            page = text_of(client.get(f"/changes/{change.ref}/edit/{step}/"))
            assert "Outside of" in page
            assert "The template allows 180" in page


def test_change_begun_from_it_is_asked_for_the_version_alone(estate: Estate, enter: Enter) -> None:
    in_force(estate)
    with at(NOW):
        client = enter("amara")
        begun = client.post("/standard-changes/STD-1/use/")["Location"].removesuffix("what/")
        page = text_of(client.get(f"{begun}check/"))
        assert "Choose the new version of credit-risk." in page
        assert "No new version chosen yet" in page
        assert "Choose at least one component" not in page
        assert f'href="{begun}what/#id_items-0-to_version"' in client.get(f"{begun}check/").content.decode()
        page = text_of(client.get(f"{begun}impact/"))
        assert "What this reaches is known once a new version is chosen." in page
        assert "No new version is chosen yet." in page


def test_wizard_offers_no_standard_class_to_a_change_of_ones_own(estate: Estate, enter: Enter) -> None:
    change = draft(estate)
    with at(NOW):
        client = enter("amara")
        page = text_of(client.get(f"/changes/{change.ref}/edit/when/"))
        assert 'value="standard"' not in page
        assert "/standard-changes/" in page
        sent_in = {
            "change_class": "standard", "time_zone": "Europe/London", "local_start": "2026-11-19T06:00",
            "local_end": "2026-11-19T07:00", "act": "next",
        }  # fmt: skip
        assert client.post(f"/changes/{change.ref}/edit/when/", sent_in).status_code == 422


def test_page_of_a_change_names_its_template_and_why_it_left_it(estate: Estate, enter: Enter) -> None:
    standard = in_force(estate)
    within, beyond = sent(estate, standard), sent(estate, standard, end="2026-11-19T10:00")
    with at(NOW):
        page = text_of(enter("ruth").get(f"/changes/{within.ref}/"))
        assert "It stays within" in page
        assert "Standard change" in page
        page = text_of(enter("ruth").get(f"/changes/{beyond.ref}/"))
        assert "and goes as a normal change." in page
        assert "The template allows 180" in page
        asked = Requirement.objects.get(round=beyond.round, role="sponsor")
        page = text_of(enter("henrik").get(f"/inbox/{asked.pk}/"))
        assert "Made from a standard change" in page
        page = text_of(enter("ruth").get(f"/changes/{beyond.ref}/revisions/1/"))
        assert "Why it goes as a normal change" in page
        page = text_of(enter("ruth").get(f"/ledger/?q={beyond.ref}"))
        assert "it is not within a standard one" in page


def test_page_shows_uses_with_their_outcomes_and_the_success_rate(estate: Estate, enter: Enter) -> None:
    standard = in_force(estate)
    good, bad = sent(estate, standard), None
    sign_all(estate, good)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=fresh(good))
        complete_change(actor=estate.actor("amara"), change=fresh(good))
    bad = sent(estate, standard)
    sign_all(estate, bad)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=fresh(bad))
        roll_back_change(actor=estate.actor("amara"), change=fresh(bad), reason="Refusals doubled.")
        page = text_of(enter("ruth").get("/standard-changes/STD-1/"))
    assert "1 of 2 that ended went well (50 %)." in page
    assert f"/changes/{good.ref}/" in page
    assert "Suspended" in page
    assert bad.ref in page


def test_whoever_may_not_is_told_why_where_it_happens(estate: Estate, enter: Enter) -> None:
    in_force(estate)
    page = text_of(enter("tomasz").get("/standard-changes/STD-1/"))
    assert "Only a Requester or a Change Manager writes standard changes." in page
    assert "Only a Change Manager over all that it moves retires it." in page
    for path in ("new/", "STD-1/write/"):
        text = text_of(enter("tomasz").get(f"/standard-changes/{path}"), 403)
        assert "Only a Requester or a Change Manager" in text
    assert "Only a Change Manager" in text_of(enter("amara").get("/standard-changes/STD-1/retire/"), 403)
    assert "Requester or a Change Manager" in text_of(
        enter("tomasz").post("/standard-changes/STD-1/use/"), 403
    )
    assert AuditEvent.objects.filter(event="access.denied").exists()
    RoleGrant.objects.filter(user=estate.people["ruth"]).delete()
    assert enter("ruth").get("/standard-changes/").status_code == 403
    assert enter("ruth").get("/standard-changes/STD-1/").status_code == 404
    assert enter("leila").get("/standard-changes/STD-9/").status_code == 404
    assert enter("leila").get("/standard-changes/STD-1/versions/9/").status_code == 404


def test_standard_change_is_retired_with_a_reason_that_its_page_shows(estate: Estate, enter: Enter) -> None:
    in_force(estate)
    client = enter("leila")
    assert client.post("/standard-changes/STD-1/retire/", {"reason": ""}).status_code == 422
    assert (
        client.post("/standard-changes/STD-1/retire/", {"reason": "The model is replaced."}).status_code
        == 302
    )
    page = text_of(client.get("/standard-changes/STD-1/"))
    assert "Leila Haddad retired it" in page
    assert "The model is replaced." in page
    assert "Begin a change from it" not in page
    for path in ("retire/", "write/"):
        assert client.get(f"/standard-changes/STD-1/{path}").status_code == 409
    assert client.post("/standard-changes/STD-1/use/").status_code == 403
    page = text_of(enter("ruth").get("/ledger/?kind=standards"))
    assert "Retired the standard change" in page
    assert "/standard-changes/STD-1/" in page


def test_version_is_taken_back_after_a_question(estate: Estate, enter: Enter) -> None:
    low_risk()
    proposed(estate, by="amara")
    client = enter("amara")
    place = "/standard-changes/STD-1/versions/1/withdraw/"
    assert "Take back STD-1, version 1?" in text_of(client.get(place))
    assert client.post(place).status_code == 302
    assert client.get(place).status_code == 409
    assert enter("tomasz").get(place).status_code == 403


def test_versions_are_compared_as_one_asks(estate: Estate, enter: Enter) -> None:
    standard = in_force(estate)
    for minutes in (200, 220):
        decide_version(estate, proposed(estate, replace(GIVEN, most_minutes=minutes), standard=standard))
    page = text_of(enter("ruth").get("/standard-changes/STD-1/versions/3/"))
    assert "What is different from version 2" in page
    page = text_of(enter("ruth").get("/standard-changes/STD-1/versions/3/?against=1"))
    assert "What is different from version 1" in page
    assert "180 minutes" in page


@pytest.mark.parametrize(
    ("place", "most"),
    [
        ("/standard-changes/", 8),
        ("/standard-changes/STD-1/", 11),
        ("/standard-changes/STD-1/versions/1/", 13),
    ],
)
def test_pages_ask_the_database_as_often_for_many_as_for_one(
    estate: Estate, enter: Enter, place: str, most: int
) -> None:
    standard = in_force(estate)
    sent(estate, standard)
    with at(NOW):
        one = queries_of(enter("leila"), place)
        for minutes in (200, 210):
            decide_version(estate, proposed(estate, replace(GIVEN, most_minutes=minutes), standard=standard))
            sent(estate, standard)
            other = write_standard(actor=estate.actor("leila"), given=GIVEN).standard
            retire_standard(actor=estate.actor("leila"), standard=other, reason="Twice.")
        assert queries_of(enter("leila"), place) == one
    assert one == most
