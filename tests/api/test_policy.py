"""The approval policy over REST: its versions, and which rule asked for which signature."""

import pytest

from apps.accounts.models import RoleGrant, Team
from apps.approvals.rules import FIRST_POLICY
from apps.outbox.models import Notification
from tests.api.conftest import Caller
from tests.api.test_queries import queries_of
from tests.approvals.test_policy import with_two_validators
from tests.changes.estate import NOW, Estate, at, draft, submitted
from tests.web.test_policy import in_force

pytestmark = pytest.mark.django_db


def test_policy_in_force_at_first_is_read_with_its_rules(call: Caller) -> None:
    answer = call("ruth", "get", "policy/in-force/").json()
    assert (answer["ref"], answer["state"], answer["author"]) == ("POLICY-1", "in_force", None)
    assert answer["rules"] == FIRST_POLICY["rules"]
    assert answer["signing"] == {"fresh_minutes": 0, "least_seconds": 20}
    assert len(answer["digest"]) == 64


def test_policy_versions_are_listed_newest_first(call: Caller, estate: Estate) -> None:
    in_force(estate, with_two_validators())
    rows = call("ruth", "get", "policy/").json()
    assert [(row["ref"], row["state"], row["author"]) for row in rows] == [
        ("POLICY-2", "in_force", "leila"),
        ("POLICY-1", "superseded", None),
    ]
    assert call("ruth", "get", "policy/in-force/").json() == call("ruth", "get", "policy/POLICY-2/").json()


def test_policy_names_people_by_username(call: Caller, estate: Estate) -> None:
    document = with_two_validators()
    document["rules"][3]["quorum"] = {"people": ["tomasz"]}
    in_force(estate, document)
    rules = call("ruth", "get", "policy/POLICY-2/").json()["rules"]
    assert rules[3]["quorum"] == {"people": ["tomasz"]}


@pytest.mark.parametrize("ref", ["POLICY-9", "POLICY-", "2", "policy-1", "POLICY-1234567", "POLICY-²"])
def test_policy_that_is_not_there_is_not_found(call: Caller, ref: str) -> None:
    assert call("ruth", "get", f"policy/{ref}/").status_code == 404


def test_policy_is_not_shown_to_those_without_a_role(call: Caller, estate: Estate) -> None:
    RoleGrant.objects.filter(user=estate.people["ruth"]).delete()
    assert call("ruth", "get", "policy/").json() == []
    assert call("ruth", "get", "policy/POLICY-1/").status_code == 404


def test_change_says_which_rule_asked_whom_and_which_were_silent(call: Caller, estate: Estate) -> None:
    change = submitted(estate)
    in_force(estate, with_two_validators())
    answer = call("ruth", "get", f"changes/{change.ref}/asked/").json()
    assert (answer["policy"], answer["in_force"], answer["moved_on"]) == ("POLICY-1", "POLICY-2", True)
    assert answer["policy_digest"] == change.round.policy_digest
    by_rule = {row["rule"]: row for row in answer["asked"]}
    asked = by_rule["model-validator"]
    assert (asked["role"], asked["quorum"], asked["stage"], asked["state"]) == ("validator", 1, 1, "open")
    assert asked["can_sign"] == ["tomasz"]
    assert (asked["approved_by"], asked["by_name"], asked["too_few"]) == ([], False, False)
    assert {row["rule"] for row in answer["silent"]} == {row["id"] for row in FIRST_POLICY["rules"]} - set(
        by_rule
    )
    assert all(row["why"] for row in answer["silent"])


def test_change_that_has_asked_nobody_has_no_explanation(call: Caller, estate: Estate) -> None:
    assert call("amara", "get", f"changes/{draft(estate).ref}/asked/").status_code == 404
    assert call("ruth", "get", "changes/CHG-999999/asked/").status_code == 404


@pytest.mark.parametrize("names", [("credit-risk",), ("applications", "credit-risk", "loan-decision")])
def test_explanation_at_1_and_3_items_takes_10_queries(estate: Estate, names: tuple[str, ...]) -> None:
    change = submitted(estate, names=names)
    assert queries_of(estate, f"changes/{change.ref}/asked/") == 10


def test_submission_that_nobody_could_sign_is_a_problem_that_says_who_was_told(
    estate: Estate, call: Caller
) -> None:
    change = draft(estate)
    RoleGrant.objects.filter(user=estate.people["tomasz"]).delete()
    Team.objects.update(escalation_contact=estate.people["ruth"])
    with at(NOW):
        answer = call("amara", "post", f"changes/{change.ref}/submit/")
    assert answer.status_code == 409
    assert "nobody who can sign as Model Validator" in answer.json()["detail"]
    assert answer.json()["remedy"].endswith("Ruth Adeyemi and Leila Haddad were told.")
    told = Notification.objects.filter(rule="approval.nobody").values_list("user__username", flat=True)
    assert sorted(told) == ["leila", "ruth"]
