"""What was decided about a conflict ends when the conflict becomes another one, and whoever signed it learns that."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from apps.approvals.enums import RoundState
from apps.approvals.models import Round
from apps.audit.models import AuditEvent
from apps.calendar.enums import DispositionEnd
from apps.calendar.models import Conflict, Disposition
from apps.calendar.rules.dispositions import outgrown
from apps.calendar.selectors import conflicts_of
from apps.changes.selectors import blockers_of
from apps.changes.services import end_disposition, link_after, move_change
from apps.outbox.models import Notification
from tests.changes.estate import END, NOW, START, Estate, at, fresh, make_estate, submitted
from tests.changes.test_dispositions import WHY, granted, met, two, waived
from tests.planning import assert_standing

pytestmark = pytest.mark.django_db
WEEK_BEFORE = ("2026-11-12T06:00", "2026-11-12T08:30")


@pytest.fixture(autouse=True)
def standing(db: None) -> Iterator[None]:
    """Whatever was decided and ended: bookings stand as it says."""
    yield
    assert_standing()


def moved(estate: Estate, change: Any, start: str, end: str) -> Any:
    with at(NOW):
        change = fresh(change)
        return move_change(
            actor=estate.actor("amara"),
            change=change,
            time_zone=change.time_zone,
            local_start=start,
            local_end=end,
        )


def ended(disposition: Disposition) -> str:
    disposition.refresh_from_db()
    return disposition.ended_because


def told() -> list[str]:
    found = Notification.objects.filter(rule="conflict.unsettled")
    return sorted(found.values_list("user__username", flat=True))


def test_waiver_when_the_two_meet_for_longer_than_was_signed_ends_and_is_told_to_whoever_signed() -> None:
    estate = make_estate()
    one = submitted(estate)
    other = submitted(estate, start="2026-11-19T08:20", end="2026-11-19T10:50")
    waiver = waived(estate, Conflict.objects.get(kind="same_component"))
    granted(estate, waiver)
    moved(estate, other, "2026-11-19T08:25", "2026-11-19T10:50")
    with at(NOW):
        assert met(one.ref).settled
    moved(estate, other, START, END)
    with at(NOW):
        assert all(met(change.ref).blocking for change in (one, other))
    assert ended(waiver) == DispositionEnd.GRAVER
    assert told() == ["amara", "leila", "priya"]
    assert AuditEvent.objects.filter(event="waiver.ended", object_id=waiver.ref).count() == 1
    assert AuditEvent.objects.filter(event="conflict.unsettled", object_id=one.ref).exists()


def test_waiver_that_is_out_when_its_conflict_grows_is_asked_of_nobody_any_more(
    django_capture_on_commit_callbacks: Any,
) -> None:
    estate = make_estate()
    submitted(estate)
    other = submitted(estate, start="2026-11-19T08:20", end="2026-11-19T10:50")
    waiver = waived(estate, Conflict.objects.get(kind="same_component"))
    with django_capture_on_commit_callbacks(execute=True):
        moved(estate, other, START, END)
    assert ended(waiver) == DispositionEnd.GRAVER
    assert Round.objects.get(subject_ref=waiver.ref).state == RoundState.CLOSED


@pytest.mark.parametrize(
    ("now", "graver"),
    [
        ({}, False),
        ({"severity": "notice"}, False),
        ({"severity": "blocking"}, True),
        ({"end": "2026-11-19T06:09:00Z"}, False),
        ({"start": "2026-11-19T07:00:00Z", "end": "2026-11-19T07:10:00Z"}, False),
        ({"end": "2026-11-19T06:11:00Z"}, True),
        ({"path": ["a", "x", "b"]}, False),
        ({"path": ["b", "a"], "forward": False}, False),
        ({"path": ["a", "c"]}, True),
        ({"path": ["b", "a"]}, True),
    ],
)
def test_conflict_is_graver_when_it_weighs_more_lasts_longer_or_meets_elsewhere(
    now: dict[str, Any], *, graver: bool
) -> None:
    then = {
        "severity": "warning",
        "path": ["a", "b"],
        "forward": True,
        "start": "2026-11-19T06:00:00Z",
        "end": "2026-11-19T06:10:00Z",
    }
    assert outgrown(then, then | now) is graver


def test_settle_over_what_is_past_its_time_closes_its_round_and_tells(
    django_capture_on_commit_callbacks: Any,
) -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    waiver = waived(estate, conflict)
    with at(NOW + timedelta(days=21)), django_capture_on_commit_callbacks(execute=True):
        link_after(actor=estate.actor("amara"), conflict=conflict, first=one.ref, reason=WHY)
    assert ended(waiver) == DispositionEnd.OVER
    assert Round.objects.get(subject_ref=waiver.ref).state == RoundState.CLOSED
    assert told() == ["amara"]


def test_order_when_the_second_is_moved_before_the_first_blocks_and_says_so() -> None:
    estate = make_estate()
    one, other, conflict = two(estate)
    with at(NOW):
        order = link_after(actor=estate.actor("amara"), conflict=conflict, first=one.ref, reason=WHY)
    other = moved(estate, other, *WEEK_BEFORE)
    assert not conflicts_of(other.ref)
    assert ended(order) == ""
    [blocker] = [each for each in blockers_of(fresh(other)) if "goes after" in each.text]
    assert blocker.text == f"It goes after {one.ref}, which is planned later"
    assert not blocker.warning
    with at(NOW):
        end_disposition(actor=estate.actor("amara"), disposition=order)
    assert not [each for each in blockers_of(fresh(other)) if "goes after" in each.text]


def test_order_when_the_two_are_planned_in_it_and_meet_no_more_ends() -> None:
    estate = make_estate()
    one, other, conflict = two(estate)
    with at(NOW):
        order = link_after(actor=estate.actor("amara"), conflict=conflict, first=other.ref, reason=WHY)
    moved(estate, other, *WEEK_BEFORE)
    assert ended(order) == DispositionEnd.APART
    assert told() == ["amara"]
    assert not [each for each in blockers_of(fresh(one)) if "goes after" in each.text]
