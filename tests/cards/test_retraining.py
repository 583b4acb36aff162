from datetime import UTC, date, datetime
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.cards.rules import metric_row, retrain_by, triggers_of
from apps.cards.selectors import RETRAIN, VALIDATE, due_between
from apps.cards.services import archive_card, draft_card, write_edition
from tests.cards.filled import version
from tests.planning import SYSTEM, person

MADE = date(2026, 1, 31)


def row(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "what": "", "beyond": "", "threshold": None, "every": None, "unit": ""} | more


@pytest.mark.parametrize(
    ("every", "unit", "due"),
    [
        (1, "month", date(2026, 2, 28)),
        (2, "week", date(2026, 2, 14)),
        (1, "year", date(2027, 1, 31)),
        (10**15, "year", None),
        (1_000, "year", None),
    ],
)
def test_schedule_is_due_that_long_after_the_version_was_made(
    every: int, unit: str, due: date | None
) -> None:
    rows = [row("schedule", every=every, unit=unit), row("event", what="An attack")]
    assert retrain_by(rows, MADE) == due
    assert retrain_by(rows, None) is None


def test_measure_is_reached_only_when_it_was_measured_beyond_its_threshold() -> None:
    rows = [
        row("performance", what="AUC", beyond="below", threshold=0.9),
        row("drift", what="psi", beyond="above", threshold=0.2),
        row("drift", what="shift", beyond="above", threshold=0.0),
        row("regulation", what="A new code"),
    ]
    metrics = [
        metric_row(name="auc", value=0.88, source="EV-7"),
        metric_row(name="psi", value=0.1, slice="young"),
        metric_row(name="psi", value=0.2),
        metric_row(name="shift", value=None),
    ]
    auc, psi, shift, code = triggers_of(rows, MADE, metrics)
    assert (auc.rule, auc.value, auc.reached, auc.source) == ("AUC below 0.9", 0.88, True, "EV-7")
    assert (psi.value, psi.reached) == (0.2, False)
    assert (shift.value, shift.reached) == (None, None)
    assert (code.rule, code.measured) == ("A new code", False)


@pytest.mark.django_db
def test_due_are_versions_in_use_on_the_days_that_their_cards_say() -> None:
    reader = person("femi", Role.AUDITOR)
    first = version(number="1", released_at=datetime(2030, 1, 15, tzinfo=UTC), aliases=["champion"])
    second = version(first.component, "2", released_at=datetime(2030, 2, 1, tzinfo=UTC))
    fields = {
        "next_validation": "2030-04-15",
        "retraining_triggers": [{"kind": "schedule", "every": 3, "unit": "month"}],
    }
    cards = [
        write_edition(actor=SYSTEM, card=draft_card(actor=SYSTEM, version=one), fields=fields)
        for one in (first, second)
    ]
    found = due_between(reader, date(2030, 4, 15), date(2030, 4, 15))
    assert [(one.card, one.what) for one in found] == [(cards[0], RETRAIN), (cards[0], VALIDATE)]
    assert due_between(reader, date(2030, 4, 16), date(2030, 6, 1)) == []
    assert due_between(person("nobody"), date(2030, 4, 15), date(2030, 4, 15)) == []
    archive_card(actor=SYSTEM, card=cards[0])
    assert due_between(reader, date(2030, 4, 15), date(2030, 4, 15)) == []
