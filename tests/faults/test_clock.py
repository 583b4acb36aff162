"""The portal's clock jumps: the order of the ledger is that of its leaves, and no export hides what lies between."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from apps.audit.models import AuditEvent, AuditLeaf, Checkpoint
from apps.audit.selectors import latest_checkpoint
from apps.audit.services import record_event, seal_pending
from apps.core import actors
from apps.exports.rules.orders import Order, Scope
from apps.exports.services.bundle import write_bundle
from tests.faults.whole import assert_whole

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
JUMPS = [
    timedelta(),
    timedelta(hours=-1),
    timedelta(days=1),
    timedelta(minutes=1),
    timedelta(days=-1),
    timedelta(minutes=2),
]


@pytest.fixture
def jumpy_ledger(transactional_db) -> None:
    """One entry and one seal at each jump of the clock."""
    for jump in JUMPS:
        with time_machine.travel(NOON + jump), transaction.atomic():
            record_event(event="thing.noted", actor=actors.system("tests"), obj=("thing", "1"))
        with time_machine.travel(NOON + jump):
            seal_pending()


def test_clock_that_jumps_back_and_ahead_keeps_the_order_of_the_leaves(jumpy_ledger) -> None:
    assert_whole(len(JUMPS))
    assert [row.size for row in Checkpoint.objects.order_by("created_at")] != list(range(1, 7))
    events = list(AuditEvent.objects.order_by("leaf__index"))
    assert [event.at for event in events] == [NOON + jump for jump in JUMPS]
    assert [event.object_seq for event in events] == list(range(1, 7))
    assert AuditLeaf.objects.count() == latest_checkpoint().size


@pytest.mark.parametrize(
    ("day", "entries", "place", "outside"),
    [(10, 6, "leaves 0 to 5 of 6", 2), (11, 1, "leaves 2 to 2 of 6", 0), (9, 1, "leaves 4 to 4 of 6", 0)],
)
def test_period_over_a_clock_that_jumped_says_how_many_entries_lie_outside_it(
    jumpy_ledger,
    ledger_home,
    tmp_path,
    run,
    day,
    entries,
    place,
    outside,
) -> None:
    out, days = tmp_path / "bundle.zip", Scope(date(2026, 3, day), date(2026, 3, day))
    write_bundle(
        out=out, order=Order(days), checkpoint=latest_checkpoint(), progress=lambda done, total: None
    )
    status, said = run(out, ledger_home / "ledger.pub")
    assert status == 0, said
    assert f"{entries} ({place})" in said
    assert (f"{outside} of the entries carry a time outside the period" in said) == (outside > 0)


def test_seal_after_the_clock_went_back_still_extends_what_was_signed(jumpy_ledger) -> None:
    with time_machine.travel(NOON - timedelta(days=400)):
        with transaction.atomic():
            record_event(event="thing.noted", actor=actors.system("tests"), obj=("thing", "1"))
        assert seal_pending().size == 7
    assert_whole(7)
