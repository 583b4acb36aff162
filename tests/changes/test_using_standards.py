"""Changes made from a standard one: what they are filled with, whom they ask, and when they leave it."""

from dataclasses import replace
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.approvals.selectors import standing
from apps.audit.models import AuditEvent
from apps.calendar.rules import span_from_local
from apps.calendar.rules.scopes import scope_of_one
from apps.calendar.selectors import conflicts_of
from apps.catalog.models import Component
from apps.catalog.selectors import forget_graph
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.inputs import RiskInput, StepInput
from apps.changes.selectors import cover_of, shown_version, times_used, world_of
from apps.changes.services import (
    propose_contract,
    refresh_change,
    revise_change,
    save_how_back,
    save_when,
    start_change,
    submit_change,
    withdraw_change,
)
from apps.core import actors
from apps.core.errors import Forbidden, Invalid, PolicyBlocked
from tests.changes.contracts import BREAKS, SAFE, a_contract, an_owner_of_the_job, written
from tests.changes.estate import END, IN_WINDOW, NOW, START, Estate, at, draft, fresh, sign_all
from tests.changes.standards import GIVEN, in_force, made, roles_asked, sent, spare_the_validator
from tests.people import sign
from tests.planning import declared


def test_change_made_from_it_is_filled_in_and_names_its_version(estate: Estate) -> None:
    standard = in_force(estate)
    change = sent(estate, standard)
    version = shown_version(standard)
    assert change.change_class == "standard"
    assert change.revision.content["class"] == "standard"
    assert change.revision.content["standard"] == {
        "template": "STD-1", "version": 1, "digest": version.digest,
    }  # fmt: skip
    assert [step["text"] for step in change.revision.content["plan"]] == ["Shadow", "Switch the alias"]
    assert change.revision.content["plan"][1]["after"] == [1]
    assert change.revision.content["rollback"]["criteria"] == list(GIVEN.criteria)
    assert times_used([version]) == {version.pk: 1}
    assert AuditEvent.objects.filter(event="change.made_from", object_id=change.ref).count() == 1


def test_standard_change_asks_what_the_policy_asks_of_its_class_and_no_less(estate: Estate) -> None:
    standard = in_force(estate)
    first = sent(estate, standard)
    assert roles_asked(first) == ["owner", "sponsor", "validator"]
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=first, reason="The next one goes.")
    spare_the_validator(estate)
    change = sent(estate, standard)
    assert roles_asked(change) == ["owner", "sponsor"]
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.APPROVED
    with at(IN_WINDOW):
        assert (
            start_change(actor=estate.actor("amara"), change=fresh(change)).state == ChangeState.IN_PROGRESS
        )


def test_requester_never_signs_their_own_standard_change(estate: Estate) -> None:
    RoleGrant.objects.create(user=estate.people["amara"], role=Role.SPONSOR, valid_from=NOW)
    change = sent(estate, in_force(estate))
    asked = next(one.requirement for one in standing(change.round) if one.requirement.role == "sponsor")
    with at(NOW), pytest.raises(Forbidden, match="Nobody approves their own"):
        sign(actor=estate.actor("amara"), requirement=asked, digest=change.round.digest, decision="approve")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"names": ("credit-risk", "applications")}, "moves dataset:default/applications"),
        ({"end": "2026-11-19T09:01"}, "181 minutes long"),
    ],
)
def test_change_beyond_its_template_goes_as_a_normal_one_and_says_why(
    estate: Estate, options: dict[str, Any], said: str
) -> None:
    spare_the_validator(estate)
    change = sent(estate, in_force(estate), **options)
    assert (change.change_class, change.revision.content["class"]) == ("normal", "normal")
    assert said in change.revision.content["standard"]["left"][0]
    assert "validator" in roles_asked(change)
    assert times_used([change.standard]) == {}
    entry = AuditEvent.objects.get(event="change.left_standard", object_id=change.ref)
    assert b"moves" not in bytes(entry.entry)
    with at(NOW):
        assert world_of(change).moved == []
        assert refresh_change(actor=actors.system("refresh"), change=change).revision.number == 1


def test_change_with_another_plan_or_way_back_goes_as_a_normal_one(estate: Estate) -> None:
    standard = in_force(estate)
    change = made(estate, standard)
    with at(NOW):
        save_how_back(
            actor=estate.actor("amara"), change=change, rollback_plan="Hope.", rollback_minutes=4,
            criteria=["Approvals fall by two points"], risks=[RiskInput("It forgets")],
            steps=[StepInput("Switch the alias", "amara", 10)],
        )  # fmt: skip
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    left = fresh(change).revision.content["standard"]["left"]
    assert left == [
        "Its plan is not the plan of the template.",
        "Its way back is not the one of the template.",
    ]


@pytest.mark.parametrize(("definition", "goes_as"), [(BREAKS, "normal"), (SAFE, "standard")])
def test_change_that_breaks_a_contract_leaves_its_template_and_says_why(
    estate: Estate, definition: Any, goes_as: str
) -> None:
    contract = a_contract(estate)
    an_owner_of_the_job(estate)
    change = made(estate, in_force(estate))
    with at(NOW):
        amara = estate.actor("amara")
        propose_contract(actor=amara, change=change, contract=contract.key, content=written(definition))
        change = submit_change(actor=amara, change=fresh(change))
    assert change.change_class == goes_as
    left = change.revision.content["standard"].get("left", [])
    says = "Its new version of Scores breaks whoever relies on it, and a standard change breaks no contract."
    assert left == ([says] if goes_as == "normal" else [])


def test_document_that_the_template_asks_for_must_be_there(estate: Estate) -> None:
    change = sent(estate, in_force(estate, replace(GIVEN, documents=("test_report",))))
    assert change.change_class == "normal"
    assert "Test plan and results" in change.revision.content["standard"]["left"][0]


def test_standard_class_is_nothing_that_one_may_choose(estate: Estate) -> None:
    change = draft(estate)
    with at(NOW), pytest.raises(Invalid) as error:
        save_when(
            actor=estate.actor("amara"), change=change, change_class="standard", time_zone="Europe/London",
            local_start=START, local_end=END,
        )  # fmt: skip
    assert set(error.value.fields) == {"change_class"}
    Change.objects.filter(pk=change.pk).update(change_class="standard")
    with at(NOW):
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    assert fresh(change).change_class == "normal"


def test_revision_beyond_the_template_asks_those_whom_it_had_spared(estate: Estate) -> None:
    standard = in_force(estate)
    spare_the_validator(estate)
    change = sent(estate, standard)
    assert roles_asked(change) == ["owner", "sponsor"]
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=change)
        save_when(
            actor=estate.actor("amara"), change=fresh(change), change_class="standard", time_zone="Europe/London",
            local_start=START, local_end="2026-11-19T10:00",
        )  # fmt: skip
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    change = fresh(change)
    assert change.change_class == "normal"
    assert roles_asked(change) == ["owner", "sponsor", "validator"]


def test_world_that_raises_the_risk_makes_it_a_normal_change(estate: Estate) -> None:
    standard = in_force(estate)
    spare_the_validator(estate)
    change = sent(estate, standard)
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.APPROVED
    Component.objects.filter(key="product:default/loans").update(tier=1)
    forget_graph()
    with at(IN_WINDOW), pytest.raises(PolicyBlocked, match="Something moved"):
        start_change(actor=estate.actor("amara"), change=fresh(change))
    with at(NOW):
        refresh_change(actor=actors.system("refresh"), change=fresh(change))
    change = fresh(change)
    assert (change.state, change.change_class, change.risk) == ("in_review", "normal", 3)
    assert "risk is high" in change.revision.content["standard"]["left"][0]
    assert "validator" in roles_asked(change)
    with at(NOW):
        assert refresh_change(actor=actors.system("refresh"), change=change).revision.number == 2


def test_world_that_makes_it_a_normal_change_books_it_as_one_and_finds_what_that_meets(
    estate: Estate,
) -> None:
    change = sent(estate, in_force(estate))
    with at(NOW):
        day = span_from_local("2026-11-19T00:00", "2026-11-20T00:00", "Europe/London")
        freeze = declared(estate.actor("leila"), day, scope_of_one("change_class", "normal"))
        assert conflicts_of(change.ref) == []
        Component.objects.filter(key="product:default/loans").update(tier=1)
        forget_graph()
        refresh_change(actor=actors.system("refresh"), change=change)
    change = fresh(change)
    assert (change.change_class, change.booking.change_class) == ("normal", "normal")
    assert [one.ref for one in conflicts_of(change.ref)] == [freeze.ref]


def test_cover_of_a_change_made_from_none_asks_the_database_nothing(
    estate: Estate, django_assert_num_queries: Any
) -> None:
    change = fresh(draft(estate))
    with django_assert_num_queries(0):
        cover = cover_of(change, 2)
    assert (cover.version, cover.outside) == (None, [])
