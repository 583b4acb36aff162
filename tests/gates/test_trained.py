"""A rule asks for training: who is asked counts by today, and who signed by the day on which they did."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.changes.models import Change
from apps.changes.selectors import facts_of_many
from apps.gates.selectors import standing_at
from apps.playbooks.models import Course
from apps.playbooks.services import retire_course, withdraw_completion
from apps.policy.rules import Prior, Result
from tests.changes.estate import NOW, Estate, at, fresh, sign_all, submitted
from tests.gates.conftest import PLAN, RULES, put_in_force
from tests.playbooks.training import a_course, completed

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(estate: Estate) -> None:
    """A rule upon submission: validators hold what is asked of them."""
    document: dict[str, Any] = deepcopy(RULES)
    document["rules"][0] |= {
        "id": "validators-trained",
        "stage": "submission",
        "effect": "require",
        "title": "Validators are trained",
        "expression": '!("validator" in people.untrained_signers)',
        "message": "A validator lacks {people.missing_trainings}.",
        "remedy": "Have them complete it, or let somebody else sign.",
        "examples": [
            {"given": "All hold it", "facts": {"people.untrained_signers": []}, "expected": "met"},
            {
                "given": "One lacks it",
                "facts": {"people.untrained_signers": ["validator"]},
                "expected": "not_met",
            },
        ],
    }
    put_in_force(estate, PLAN, document)


def course_for_validators(estate: Estate) -> Course:
    with at(NOW - timedelta(hours=1)):
        return a_course(estate.people["leila"])


def said(change: Change) -> Sequence[Result]:
    with at(NOW):
        return [
            one for one in standing_at(fresh(change)).verdict.results if one.rule.id == "validators-trained"
        ]


def validators(estate: Estate) -> list[User]:
    return [one for one in estate.people.values() if one.grants.filter(role="validator").exists()]


def test_submitted_change_is_stopped_while_a_validator_lacks_the_training_and_says_why(
    estate: Estate, rule: None
) -> None:
    leila = estate.people["leila"]
    change = submitted(estate)
    assert [one.outcome for one in said(change)] == ["met"]  # nothing is asked of anybody
    course = course_for_validators(estate)
    [refused] = said(change)
    assert (refused.outcome, refused.reason) == ("not_met", "A validator lacks TRN-1.")
    with at(NOW):
        made = completed(leila, course, *validators(estate))
    assert [one.outcome for one in said(change)] == ["met"]
    with at(NOW):
        withdraw_completion(actor=estate.actor("leila"), completion=made[0], reason="Another person.")
    assert [one.outcome for one in said(change)] == ["not_met"]
    with at(NOW):
        retire_course(actor=estate.actor("leila"), course=course, reason="Unused.")
    assert [one.outcome for one in said(change)] == ["met"]


def test_who_signed_counts_by_the_day_on_which_they_did(estate: Estate, rule: None) -> None:
    course = course_for_validators(estate)
    change = submitted(estate)
    with at(NOW):
        completed(estate.people["leila"], course, *validators(estate), ago=360)
        sign_all(estate, fresh(change))
    assert [one.outcome for one in said(change)] == ["met"]
    with at(NOW + timedelta(days=30)):
        [kept] = [
            one for one in standing_at(fresh(change)).verdict.results if one.rule.id == "validators-trained"
        ]
    assert kept.outcome == "met"


def test_training_of_many_changes_costs_as_much_as_that_of_one(estate: Estate) -> None:
    course_for_validators(estate)
    costs = []
    for _ in range(2):
        submitted(estate)
        with at(NOW), CaptureQueriesContext(connection) as queries:
            found = facts_of_many(Change.objects.all(), Prior(2, 20), {"people"})
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert [known["people.missing_trainings"] for _, known in found] == [["TRN-1"]] * 2
