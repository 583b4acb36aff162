"""The end of the wizard: what is missing, who may, and what its pages cost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import RoleGrant
from apps.audit.models import AuditEvent
from apps.catalog.services import bump_graph
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.services import submit_change
from tests.changes.estate import Estate, add_component, draft, fresh, tie
from tests.web.wizard.conftest import (
    STEPS,
    WHAT,
    WHY,
    an_empty_draft,
    content,
    path,
    post,
    said,
    signed_in,
)

# submit


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


# people


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


# queries


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
