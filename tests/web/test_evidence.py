"""Each role sees its own evidence, from the content that it signs."""

import pytest

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.web.evidence import evidence_for, number, short
from tests.contents import a_content


def text_of(role: str, key: str = "") -> str:
    return " | ".join(map(str, evidence_for(Requirement(role=role, component_key=key), a_content())))


def test_evidence_for_a_validator_compares_the_two_versions() -> None:
    said = text_of(Role.VALIDATOR, "model:default/credit-risk")
    assert "Version 13 against version 12" in said
    assert "['auc', '0.831', '0.842', '+0.011']" in said
    assert "['recall', 'Not measured', '0.5', 'Not known']" in said
    assert "['depth', '3', '4']" in said
    assert "loans 2026-09 (dd44ee55)" in said
    assert "cost" not in said


def test_evidence_for_a_steward_shows_digests_and_readers() -> None:
    said = text_of(Role.STEWARD, "dataset:default/loans")
    assert "aa11bb22" in said
    assert "107,788 more rows" in said
    assert "Credit risk 13" in said
    assert "auc" not in said


def test_evidence_for_an_owner_explains_the_path_the_window_and_the_way_back() -> None:
    said = text_of(Role.OWNER, "service:default/loans")
    assert "Credit risk moves" in said
    assert "Loan desk calls Credit risk" in said
    assert "Tue 19 Jan 2027, 06:00 to 08:30" in said
    assert "4 minutes" in said
    assert "Approvals fall" in said
    assert "auc" not in said


def test_evidence_for_a_sponsor_weighs_outcome_cost_and_risk() -> None:
    said = text_of(Role.SPONSOR)
    assert "3 more bad loans" in said
    assert "£40,000" in said
    assert "at least 24 per 1,000" in said
    assert "Nothing yet" in said
    assert "auc" not in said


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
