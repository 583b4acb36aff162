"""Each role sees its own evidence, from the content that it signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.web.evidence import Table, evidence_for, number, short
from apps.web.interval_plot import Interval, Plot, plot
from tests.contents import a_content


def text_of(role: str, key: str = "") -> str:
    return " | ".join(map(str, evidence_for(Requirement(role=role, component_key=key), a_content())))


def test_evidence_for_a_validator_compares_the_two_versions() -> None:
    said = text_of(Role.VALIDATOR, "model:default/credit-risk")
    assert "Version 13 against version 12" in said
    assert "['AUC', '0.831 (0.822 to 0.84)', '0.842 (0.833 to 0.851)', '+0.011']" in said
    assert "['Recall', 'Not measured', '0.5', 'Not known']" in said
    assert "['depth', '3', '4']" in said
    assert "loans 2026-09 (dd44ee55)" in said
    assert "cost" not in said


def test_evidence_for_a_validator_folds_intervals_into_their_measure_and_draws_them() -> None:
    content = a_content()
    model = content["items"][1]
    model["from"]["metrics"] = {"auc": 0.83, "auc_low": 0.81, "auc_high": 0.85}
    model["to"]["metrics"] = {"auc": 0.88, "auc_low": 0.86, "auc_high": 0.9, "load_low": 3}
    asked = Requirement(role=Role.VALIDATOR, component_key="model:default/credit-risk")
    drawn, table, *_ = evidence_for(asked, content)
    assert isinstance(drawn, Plot)
    assert isinstance(table, Table)
    assert drawn.said.endswith("The intervals are apart.")
    assert [mark.label for mark in drawn.marks] == ["Version 13", "Version 12"]
    assert all(96 <= mark.x1 <= mark.x <= mark.x2 <= 630 for mark in drawn.marks)
    assert [row[0] for row in table.rows] == ["AUC", "Load low"]
    assert table.rows[0][2] == "0.88 (0.86 to 0.9)"


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3).map(sorted),
    st.none() | st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3).map(sorted),
)
def test_plot_of_any_two_intervals_stays_inside_its_frame(new: list[float], old: list[float] | None) -> None:
    drawn = plot("m", interval(new), interval(old) if old else None)
    assert 1 < len(drawn.ticks) <= 12
    for mark in drawn.marks:
        assert 96 <= mark.x1 <= mark.x <= mark.x2 <= 630


def interval(ends: list[float]) -> Interval:
    return Interval("Version", ends[1], ends[0], ends[2])


def test_evidence_for_a_steward_shows_digests_and_readers() -> None:
    said = text_of(Role.STEWARD, "dataset:default/loans")
    assert "aa11bb22" in said
    assert "107,788 more rows" in said
    assert "Credit risk 13" in said
    assert "AUC" not in said


def test_evidence_for_an_owner_explains_the_path_the_window_and_the_way_back() -> None:
    said = text_of(Role.OWNER, "service:default/loans")
    assert "Credit risk moves" in said
    assert "Loan desk calls Credit risk" in said
    assert "Tue 19 Jan 2027, 06:00 to 08:30" in said
    assert "4 minutes" in said
    assert "Approvals fall" in said
    assert "AUC" not in said


def test_evidence_for_a_sponsor_weighs_outcome_cost_and_risk() -> None:
    said = text_of(Role.SPONSOR)
    assert "3 more bad loans" in said
    assert "£40,000" in said
    assert "at least 24 per 1,000" in said
    assert "Nothing yet" in said
    assert "AUC" not in said


@pytest.mark.parametrize("role", [Role.VALIDATOR, Role.STEWARD, Role.OWNER])
def test_evidence_for_a_component_that_is_not_there_does_not_fail(role: str) -> None:
    evidence_for(Requirement(role=role, component_key="service:default/other"), a_content())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "Not measured"),
        (0, "0"),
        (0.8421, "0.8421"),
        (1234567, "1,234,567"),
        ("n/a", "n/a"),
        (1e-7, "1e-07"),
    ],
)
def test_number_when_said_is_never_zero_for_what_was_not_measured(value: float | None, said: str) -> None:
    assert number(value) == said


def test_short_when_given_an_algorithm_drops_it() -> None:
    assert short("sha256:0123456789") == "01234567"
