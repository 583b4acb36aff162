"""A digest stays as it is while nothing moves, and moves when one field does."""

import json
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.changes.models import Change, ChangeItem, PlanStep
from apps.changes.selectors import content_of
from apps.changes.selectors.content import exact
from apps.core.canonical import digest
from tests.changes.estate import NOW, Estate, at, draft, fresh, submitted

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_exact_value_always_has_a_digest(value: Any) -> None:
    assert digest(exact(value)) == digest(exact(deepcopy(value)))


@pytest.mark.django_db
@settings(max_examples=60, deadline=None)
@given(JSON)
def test_exact_value_has_the_same_digest_after_the_database(value: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [json.dumps(exact(value))])
        back = json.loads(cursor.fetchone()[0])
    assert digest(back) == digest(exact(value))
    assert exact(back) == exact(value)


@pytest.mark.parametrize("value", [2.0**53, 1e17, -1e17, 1e22, 1.5e300])
def test_float_beyond_exactness_is_written_digit_by_digit(value: float) -> None:
    assert exact(value) == str(int(Decimal(str(value))))


@given(st.integers(min_value=2**53))
def test_whole_number_beyond_exactness_keeps_its_digits(value: int) -> None:
    assert exact({"seed": [value, -value]}) == {"seed": [str(value), str(-value)]}


def test_digest_is_the_same_however_often_it_is_taken(estate: Estate) -> None:
    change = draft(estate)
    with at(NOW):
        assert digest(content_of(change)) == digest(content_of(fresh(change)))


def test_digest_survives_the_database(estate: Estate) -> None:
    change = submitted(estate)
    assert digest(fresh(change).revision.content) == change.revision.digest
    assert digest(content_of(fresh(change))) == change.revision.digest


def _move_title(change: Change) -> None:
    Change.objects.filter(pk=change.pk).update(title="Another")


def _move_summary_by_one_byte(change: Change) -> None:
    Change.objects.filter(pk=change.pk).update(summary=change.summary + " ")


def _move_zone(change: Change) -> None:
    Change.objects.filter(pk=change.pk).update(time_zone="Europe/Dublin")


def _move_wall_clock(change: Change) -> None:
    Change.objects.filter(pk=change.pk).update(local_end="2026-11-19T08:31")


def _move_lineage(change: Change) -> None:
    item = ChangeItem.objects.get(change=change)
    item.component.versions.filter(version="2").update(
        datasets=[{"name": "a", "digest": "b", "context": "train"}]
    )


def _move_metric(change: Change) -> None:
    change.success_metrics.update(bound=0.8201)


def _move_order(change: Change) -> None:
    PlanStep.objects.get(change=change, position=2).after.clear()


def _move_lead(change: Change) -> None:
    change.plan_steps.filter(position=2).update(lead=change.requester)


def _move_criterion(change: Change) -> None:
    change.rollback_criteria.update(text="Something else")


def _move_risk(change: Change) -> None:
    change.risk_scenarios.update(harm="severe")


def _move_difference(change: Change) -> None:
    change.items.update(difference="more rows")


MOVES = [value for name, value in globals().items() if name.startswith("_move_")]


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
def test_digest_moves_with_every_field(estate: Estate, move: Any) -> None:
    change = draft(estate)
    with at(NOW):
        before = digest(content_of(change))
        move(change)
        assert digest(content_of(fresh(change))) != before


def test_content_names_no_person(estate: Estate) -> None:
    text = str(content_of(draft(estate)))
    for user in estate.people.values():
        assert user.username not in text
        assert user.last_name not in text
