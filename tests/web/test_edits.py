"""What people see of a new revision: what changed since they signed, what still counts, and whom an edit asks again."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.catalog.selectors import forget_graph
from apps.changes.rules.inputs import StepInput
from apps.changes.services import refresh_change, revise_change, save_how_back
from apps.core import actors
from tests.changes.estate import NOW, Estate, approved, at, draft, fresh
from tests.changes.test_edits import replan, retitle, revised
from tests.changes.test_world import new_consumer
from tests.gates.conftest import PLAN, RULES, put_in_force


def page(client: Client, who: Any, url: str) -> str:
    client.force_login(who)
    with at(NOW):
        answer = client.get(url)
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


def asked_of(change: Any, role: str) -> Requirement:
    return Requirement.objects.get(round=change.round, role=role)


@pytest.mark.parametrize("address", ["/inbox/{}/", "/approvals/{}/sign/"])
def test_inbox_and_signing_page_show_what_changed_since_you_signed(
    client: Client,
    estate: Estate,
    address: str,
) -> None:
    change = revised(estate, approved(estate), replan, retitle)
    text = page(client, estate.people["priya"], address.format(asked_of(change, Role.OWNER).pk))
    assert "What changed since you signed revision 1" in text
    assert "Plan: 1, text" in text
    assert "Shadow for a day" in text
    assert "1 thing that this role judges" in text
    assert change.revisions.get(number=1).digest[:8] in text


def test_another_who_holds_the_role_sees_since_whom(client: Client, estate: Estate) -> None:
    change = revised(estate, approved(estate), replan)
    text = page(client, estate.people["leila"], f"/inbox/{asked_of(change, Role.OWNER).pk}/")
    assert "What changed since Priya Raghunathan signed revision 1" in text


def test_signer_whose_signature_was_kept_reads_that_it_counts(client: Client, estate: Estate) -> None:
    change = revised(estate, approved(estate), replan)
    text = page(client, estate.people["henrik"], f"/inbox/{asked_of(change, Role.SPONSOR).pk}/")
    assert "Henrik Lindqvist signed revision 1, and that still counts." in text
    assert "What changed since" not in text
    assert f'<a href="/approvals/{asked_of(change, Role.SPONSOR).pk}/withdraw/">Take it back</a>' in text
    back = page(client, estate.people["henrik"], f"/approvals/{asked_of(change, Role.SPONSOR).pk}/withdraw/")
    assert "Take back your signature on" in back


def test_change_page_says_on_which_revision_each_signature_is(client: Client, estate: Estate) -> None:
    change = revised(estate, approved(estate), replan)
    text = page(client, estate.people["leila"], f"/changes/{change.ref}/")
    assert "2 of 3 signed, 2 of them before revision 2, and still in force." in text
    assert "revision 1 · still counts: nothing that this role judges has changed since revision 1" in text
    assert "Must look again" in text
    assert "changed since revision 1: the plan" in text


def test_change_page_says_why_the_world_took_it_back(client: Client, estate: Estate) -> None:
    change = approved(estate)
    new_consumer(estate)
    forget_graph()
    with at(NOW):
        change = fresh(refresh_change(actor=actors.system("refresh"), change=fresh(change)))
    text = page(client, estate.people["leila"], f"/changes/{change.ref}/")
    assert "Something around this change moved, so Countersign took it up again as revision 2." in text
    assert "Reached: reporting" in text
    assert "Taken up again by Countersign" in page(
        client, estate.people["leila"], f"/changes/{change.ref}/revisions/2/"
    )


def test_check_step_says_whom_an_edit_asks_again_before_it_is_submitted(
    client: Client,
    estate: Estate,
) -> None:
    change = approved(estate)
    amara = estate.people["amara"]
    url = f"/changes/{change.ref}/edit/check/"
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=change)
    assert "This asks nobody again." in page(client, amara, url)
    with at(NOW):
        retitle(estate, fresh(change))
    assert "This asks nobody again." in page(client, amara, url)
    with at(NOW):
        replan(estate, fresh(change))
    text = page(client, amara, url)
    assert "This will ask Priya Raghunathan again." in text
    assert "Henrik Lindqvist and Tomasz Wojcik have signed, and need not sign again." in text
    assert "Changed since revision 1: the plan." in text


def test_submitting_says_which_rules_the_plan_does_not_meet(client: Client, estate: Estate) -> None:
    # Who signs is not known yet, so the second rule says nothing here.
    rule = RULES["rules"][0] | {"stage": "submission"}
    unknown = rule | {"id": "asked", "title": "Owners are asked", "effect": "require", "examples": [],
                      "expression": '"owner" in people.asked', "message": "Nobody was asked."}  # fmt: skip
    short = rule | {"id": "short", "title": "Windows are short", "effect": "require", "examples": [],
                    "expression": "change.window_hours <= 1.0", "message": "It asks for {change.window_hours}.",
                    "remedy": "Shorten it."}  # fmt: skip
    put_in_force(estate, PLAN, RULES | {"rules": [unknown, short]})
    change = draft(estate)
    client.force_login(estate.people["amara"])
    with at(NOW):
        answer = client.post(f"/changes/{change.ref}/edit/check/", {"act": "submit"}, follow=True)
    text = answer.content.decode()
    assert f"{change.ref} is submitted." in text
    assert "it cannot go out like this. Windows are short: It asks for 2.5. Shorten it." in text
    assert "Owners are asked" not in text


def replan_all(estate: Estate, change: Any, count: int) -> None:
    steps = [StepInput(f"Step {number}", "amara", 30) for number in range(count)]
    save_how_back(
        actor=estate.actor("amara"), change=change, rollback_plan="Back.", rollback_minutes=4, steps=steps,
        complete=False,
    )  # fmt: skip
    change.rollback_criteria.create(text="It falls")
    change.risk_scenarios.create(text="Refused")


@pytest.mark.parametrize(
    ("address", "queries"), [("/inbox/{}/", 25), ("/approvals/{}/sign/", 25), ("/changes/{}/", 25)]
)
def test_pages_ask_the_same_of_one_difference_and_of_many(
    client: Client,
    estate: Estate,
    address: str,
    queries: int,
) -> None:
    counts = []
    for day, steps in ((19, 1), (20, 9)):
        window = {"start": f"2026-11-{day}T06:00", "end": f"2026-11-{day}T08:00"}
        change = revised(
            estate,
            approved(estate, **window),
            lambda estate, change, steps=steps: replan_all(estate, change, steps),
        )
        url = address.format(change.ref if "changes" in address else asked_of(change, Role.OWNER).pk)
        page(client, estate.people["priya"], url)
        with at(NOW), CaptureQueriesContext(connection) as seen:
            client.get(url)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= queries, [query["sql"][:120] for query in seen.captured_queries]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            "what",
            [
                "the Service Owners and its Model Validator.",
                "Judged by the Data Stewards, its Model Validator",
            ],
        ),
        (
            "why",
            [
                "to what. No signature depends on this.",
                "build models. Judged by the Change Sponsor.",
                "beside these. Judged by the Change Sponsor and the Model Validators.",
            ],
        ),
        (
            "impact",
            ["Judged by the Change Sponsor, the Data Stewards, its Model Validator and its Service Owner."],
        ),
        (
            "when",
            ["Judged by the Change Sponsor and the Service Owners.", "<legend>How it goes through</legend>"],
        ),
        (
            "how-back",
            [
                "who takes them. Judged by the Service Owners.",
                "in an hour. Judged by the Service Owners.",
                "Judged by the Change Sponsor.",
                "side by side. Judged by the Service Owners.",
            ],
        ),
    ],
)
def test_each_field_of_the_form_says_who_judges_it(
    client: Client,
    estate: Estate,
    step: str,
    told: list[str],
) -> None:
    change = draft(estate)
    text = page(client, estate.people["amara"], f"/changes/{change.ref}/edit/{step}/")
    for one in told:
        assert one in text
    documents = page(client, estate.people["amara"], f"/changes/{change.ref}/documents/")
    assert (
        "Judged by the Change Sponsor, the Data Stewards, the Model Validators and the Service Owners."
        in documents
    )


def test_evidence_says_what_the_catalog_says_against_a_version(client: Client, estate: Estate) -> None:
    change = approved(estate)
    estate.components["credit-risk"].versions.filter(version="2").update(retired_at=NOW)
    with at(NOW):
        change = fresh(refresh_change(actor=actors.system("refresh"), change=fresh(change)))
    for name, role in (("henrik", Role.SPONSOR), ("tomasz", Role.VALIDATOR)):
        text = page(client, estate.people[name], f"/inbox/{asked_of(change, role).pk}/")
        assert "credit-risk: Retired from the catalog" in text
        assert "What changed since you signed revision 1" in text
