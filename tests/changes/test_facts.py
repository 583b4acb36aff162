"""The facts of a change that policy judges: each as the records say, and absent where they do not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.enums import Role
from apps.changes.models import Change
from apps.changes.selectors import facts, facts_of, facts_of_many, measured_of, track_record
from apps.changes.selectors.facts import of_evidence
from apps.changes.services import complete_change, roll_back_change, start_change, submit_change
from apps.evidence.enums import Category, Outcome
from apps.evidence.rules import Finding
from apps.evidence.rules.checks import Piece
from apps.policy.rules import FACTS, Prior, sheet_of
from tests.changes.estate import AFTER_WINDOW, IN_WINDOW, NOW, Estate, approved, at, draft, fresh, submitted
from tests.gates.conftest import Send, auc, ran, send

pytestmark = pytest.mark.django_db
__all__ = ["send"]
PRIOR = Prior(failures=2, changes=20)
DATA = {"name": "loans", "digest": "ab" * 32}


def known(change: Change) -> dict[str, Any]:
    with at(NOW):
        return facts_of(fresh(change), measured_of(change), PRIOR)


def test_facts_are_those_that_policy_knows_and_of_its_types(estate: Estate, send: Send) -> None:
    send(auc(0.85))
    facts = known(submitted(estate))
    assert set(facts) <= set(FACTS)
    assert sheet_of(facts).problems == {}


def test_facts_of_a_submitted_change_say_what_its_records_say(estate: Estate) -> None:
    facts = known(submitted(estate))
    expected = {
        "change.class": "normal",
        "change.is_standard": False,
        "change.went_ahead": False,
        "change.tier": 2,
        "change.reached": 2,
        "change.kinds": ["model"],
        "change.data_class": "internal",
        "change.window_hours": 2.5,
        "change.weekend": False,
        "artifacts.present": ["rollback_plan"],
        "artifacts.complete": True,
        "people.signed": [],
        "calendar.blocking": 0,
        "calendar.frozen": False,
        "history.team_changes": 0,
        "history.team_failure_rate": 0.1,
        "model.lineage_named": False,
        "evidence.checks": [],
    }
    assert {name: facts[name] for name in expected} == expected
    assert facts["change.notice_hours"] == pytest.approx(10 * 24 - 3)
    assert {Role.SPONSOR, Role.VALIDATOR} <= set(facts["people.asked"])


def test_what_is_not_known_is_left_out(estate: Estate) -> None:
    with at(NOW):
        facts = known(draft(estate))
    for name in (
        "people.asked",
        "model.consent",
        "model.licences",
        "model.champion_moved",
    ):
        assert name not in facts


def test_newest_evidence_of_each_category_counts_and_says_how_old_it_is(estate: Estate, send: Send) -> None:
    send(auc(0.7))
    send(auc(0.85))
    send(ran("failed"))
    facts = known(submitted(estate))
    checks = {check["category"]: check for check in facts["evidence.checks"]}
    assert len(facts["evidence.checks"]) == 2
    assert (checks["performance"]["value"], checks["performance"]["champion"]) == (0.85, 0.8)
    assert checks["performance"]["age_hours"] == 0
    assert checks["tests"]["outcome"] == "failed"
    assert facts["model.champion_moved"] is False


def test_history_counts_what_ended_and_what_went_wrong_though_it_is_closed_since(estate: Estate) -> None:
    for end in (complete_change, roll_back_change):
        change = approved(estate, names=("credit-risk",))
        with at(IN_WINDOW):
            started = start_change(actor=estate.actor("amara"), change=change)
        with at(AFTER_WINDOW):
            more = {"reason": "Approvals fell."} if end is roll_back_change else {}
            end(actor=estate.actor("amara"), change=started, **more)
    Change.objects.filter(state="rolled_back").update(state="closed")
    change = submitted(estate)
    with at(AFTER_WINDOW + timedelta(days=1)):
        facts = facts_of(fresh(change), measured_of(change), PRIOR)
    assert (facts["history.team_changes"], facts["history.team_failures"]) == (2, 1)
    assert facts["history.component_failure_rate"] == pytest.approx(3 / 22)


def test_facts_of_many_are_those_of_each_by_itself_in_as_many_queries_for_three_as_for_one(
    estate: Estate, send: Send
) -> None:
    for end in (complete_change, roll_back_change):
        ended = approved(estate, names=("credit-risk", "loan-decision"))
        with at(IN_WINDOW):
            started = start_change(actor=estate.actor("amara"), change=ended)
        with at(AFTER_WINDOW):
            more = {"reason": "Approvals fell."} if end is roll_back_change else {}
            end(actor=estate.actor("amara"), change=started, **more)
    send(auc(0.85))
    send(ran("failed"))
    asked = [
        submitted(estate),
        submitted(estate, names=("loans",)),
        approved(estate, names=("applications",)),
    ]
    groups = {name.partition(".")[0] for name in FACTS}

    def together(count: int) -> tuple[dict[str, Any], int]:
        rows = Change.objects.filter(pk__in=[change.pk for change in asked[:count]])
        with CaptureQueriesContext(connection) as queries:
            found = facts_of_many(rows, PRIOR, groups)
        return {change.ref: facts for change, facts in found}, len(queries)

    with at(AFTER_WINDOW + timedelta(days=1)):
        many, cost = together(3)
        each = {change.ref: facts_of(fresh(change), measured_of(change), PRIOR) for change in asked}
        assert many == each
        assert together(1)[1] == cost


def test_facts_as_of_then_keep_what_was_signed_and_the_track_record_of_the_year_before(
    estate: Estate, send: Send
) -> None:
    first = approved(estate)
    send(auc(0.85))
    with at(IN_WINDOW):
        started = start_change(actor=estate.actor("amara"), change=first)
    with at(AFTER_WINDOW):
        roll_back_change(actor=estate.actor("amara"), change=started, reason="Approvals fell.")
    with at(AFTER_WINDOW + timedelta(days=1)):
        plan = draft(estate, start="2026-12-19T06:00", end="2026-12-19T08:30")
        later = submit_change(actor=estate.actor("amara"), change=plan)
    with at(AFTER_WINDOW + timedelta(days=300)):
        rows = Change.objects.filter(pk__in=[first.pk, later.pk]).order_by("number")
        groups = {"change", "evidence", "history", "model"}
        (_, was), (_, now) = facts_of_many(rows, PRIOR, groups, track_record(NOW))
    assert (was["history.team_changes"], now["history.team_changes"], now["history.team_failures"]) == (
        0,
        1,
        1,
    )
    assert was["change.notice_hours"] == pytest.approx(10 * 24 - 3)
    assert was["evidence.checks"][0]["age_hours"] < 10 * 24
    assert "people.asked" not in was


def checks_of(change: Change) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = known(change)["evidence.checks"]
    return found


@pytest.mark.parametrize("outcome", ["error", "inconclusive", "skipped"])
def test_number_of_what_was_not_measured_is_no_fact_and_what_it_has_to_match_is(
    estate: Estate, send: Send, outcome: str
) -> None:
    row = {"name": "a", "category": "performance", "outcome": outcome, "metric": "auc", "value": 0.9, "n": 10}
    send({"countersign": "checks/1", "checks": [row]})
    [check] = checks_of(submitted(estate))
    assert check["outcome"] == outcome
    assert {"value", "low", "high", "sample_size"}.isdisjoint(check)


def test_evidence_of_a_part_says_nothing_good_and_gives_no_number(estate: Estate) -> None:
    change = submitted(estate)
    found = Finding(
        "auc", Outcome.MEASURED, Category.PERFORMANCE, metric="auc", value=0.9, low=0.89, champion=0.9
    )
    piece = Piece("EV-1", [found], {"performance": ["auc"]}, NOW, partial="Half is missing.")
    one = replace(measured_of(change)[0], pieces=(piece,))
    [check] = of_evidence([one], NOW)["evidence.checks"]
    assert (check["outcome"], check["champion"], "low" in check) == ("inconclusive", 0.9, False)


def test_comparison_with_a_version_that_is_not_named_counts_as_with_another(
    estate: Estate, send: Send
) -> None:
    send({name: value for name, value in auc(0.85).items() if name != "champion"})
    assert known(submitted(estate))["model.champion_moved"] is True


def test_champion_is_the_same_for_one_and_for_many_where_the_alias_stands_on_the_new_version(
    estate: Estate, send: Send
) -> None:
    send(auc(0.85))
    change = submitted(estate)
    versions = estate.components["credit-risk"].versions
    versions.exclude(version="2").update(aliases=[])
    versions.filter(version="2").update(aliases=["champion"])
    one = known(change)
    [(_, many)] = facts_of_many(Change.objects.filter(pk=change.pk), PRIOR, {"model"})
    assert one["model.replaces"] is True
    assert many == {name: value for name, value in one.items() if name.startswith("model.")}


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"countersign": "lineage/1", "code_commit": "abc"}, False),
        ({"countersign": "lineage/1", "datasets": [DATA]}, False),
        ({"countersign": "lineage/1", "code_commit": "abc", "datasets": [DATA]}, True),
        (
            {
                "countersign": "checks/1",
                "checks": [{"name": "l", "category": "lineage", "outcome": "failed"}],
            },
            False,
        ),
        (
            {
                "countersign": "checks/1",
                "checks": [{"name": "l", "category": "lineage", "outcome": "passed"}],
            },
            False,
        ),
    ],
)
def test_lineage_is_named_when_one_report_names_code_and_data(
    estate: Estate, send: Send, document: dict[str, Any], named: bool
) -> None:
    send(document)
    change = submitted(estate)
    assert known(change)["model.lineage_named"] is named
    [(_, many)] = facts_of_many(Change.objects.filter(pk=change.pk), PRIOR, {"model"})
    assert many["model.lineage_named"] is named


def test_every_fact_is_given_by_something() -> None:
    """A rule over a fact that nothing gives is never met."""
    folder = Path(facts.__file__).parent
    given = ("facts.py", "trained.py", "../rules/contracts.py", "../../reviews/selectors/terms.py")
    said = "".join((folder / name).read_text() for name in given)
    made = ("evidence.", "history.team_", "history.component_")  # by category and by name
    assert {name for name in FACTS if f'"{name}"' not in said and not name.startswith(made)} == set()
