"""Moving the window of a change: who may, when, and which signatures it costs."""

import pytest

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.calendar.enums import Duty
from apps.calendar.models import Booking
from apps.calendar.rules import Span, span_from_local
from apps.changes.enums import Audience, ChangeState
from apps.changes.models import Change
from apps.changes.selectors import change_for, may_move, signatures_after_move
from apps.changes.selectors.messages import audience_of
from apps.changes.services import hold_change, move_change, start_change
from apps.core.errors import Forbidden, IllegalTransition, Invalid
from apps.insights.rules.measures import MEASURES
from apps.insights.rules.measures import Span as Days
from apps.insights.selectors.counted import rows_of
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, draft, fresh, sign_all, submitted

LATER = {"time_zone": "Europe/London", "local_start": "2026-11-20T06:00", "local_end": "2026-11-20T08:30"}


def later() -> Span:
    return span_from_local(LATER["local_start"], LATER["local_end"], LATER["time_zone"])


def moved(estate: Estate, change: Change, who: str = "amara", **other: str) -> Change:
    with at(NOW):
        return move_change(actor=estate.actor(who), change=change, **(LATER | other))


def test_move_of_a_draft_keeps_it_a_draft(estate: Estate) -> None:
    change = moved(estate, draft(estate))
    assert (change.state, change.planned_start, change.revision) == (ChangeState.DRAFT, later().start, None)


def test_move_in_review_makes_a_revision_and_moves_the_booking(estate: Estate) -> None:
    before = submitted(estate)
    change = moved(estate, before)
    assert change.state == ChangeState.IN_REVIEW
    assert fresh(change).revision.number == 2
    assert Booking.objects.get(ref=change.ref).start == later().start
    events = AuditEvent.objects.order_by("-pk").values_list("event", flat=True)
    assert {"change.revised", "change.edited", "change.submitted", "booking.changed"} <= set(events[:12])


def test_move_asks_again_only_who_judges_the_window_and_the_preview_says_so(estate: Estate) -> None:
    change = approved(estate)
    with at(NOW):
        shown = change_for(estate.people["amara"], change.ref)
        assert shown is not None
        preview = {
            (one.signature.requirement.role, one.counts) for one in signatures_after_move(shown, later())
        }
    assert preview == {(Role.SPONSOR, False), (Role.VALIDATOR, True), (Role.OWNER, False)}
    again = moved(estate, change)
    assert again.round is not None
    asked = {
        one.role: one.signatures.count() + one.earlier.filter(counts=True).count()
        for one in again.round.requirements.all()
    }
    assert {role for role, count in asked.items() if count} == {Role.VALIDATOR}
    sign_all(estate, fresh(again))
    assert fresh(again).state == ChangeState.APPROVED


def test_move_that_keeps_a_signature_still_counts_its_signer(estate: Estate) -> None:
    again = moved(estate, approved(estate))
    sign_all(estate, fresh(again))
    signers = {"henrik", "tomasz", "priya"}
    needed = fresh(again).booking.people.filter(duty=Duty.APPROVER)
    assert set(needed.values_list("user__username", flat=True)) == signers
    assert {user.username for user in audience_of(fresh(again), Audience.SIGNERS)} == signers
    with at(later().start):
        start_change(actor=estate.actor("amara"), change=fresh(again))
    assert not rows_of(MEASURES["unvalidated"], Days(later().start, later().end)).exists()


def test_move_by_another_is_refused_and_changes_nothing(estate: Estate) -> None:
    change = approved(estate)
    with pytest.raises(Forbidden, match="Only Amara Okafor, who asked for this change, can revise it"):
        moved(estate, change, "leila")
    assert not may_move(change, estate.actor("leila"))
    assert fresh(change).state == ChangeState.APPROVED


def test_move_to_where_it_is_says_so_and_keeps_its_signatures(estate: Estate) -> None:
    change = approved(estate)
    with pytest.raises(Invalid) as refused:
        moved(estate, change, local_start="2026-11-19T06:00", local_end="2026-11-19T08:30")
    assert "is planned for this time already" in refused.value.fields["local_start"][0]
    assert fresh(change).state == ChangeState.APPROVED


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"local_start": "2026-11-01T06:00"}, "local_start", "This time has passed."),
        ({"local_end": "2026-11-20T05:00"}, "local_end", "The end must be after the start."),
        ({"time_zone": "Mars/Base"}, "time_zone", "There is no time zone"),
        (
            {"local_start": "2027-03-28T01:30", "local_end": "2027-03-28T05:00"},
            "local_start",
            "does not exist",
        ),
    ],
)
def test_move_to_a_time_that_cannot_be_changes_nothing(
    estate: Estate, wrong: dict[str, str], field: str, said: str
) -> None:
    change = approved(estate)
    with pytest.raises(Invalid) as refused:
        moved(estate, change, **wrong)
    assert said in refused.value.fields[field][0]
    assert fresh(change).state == ChangeState.APPROVED


def test_move_on_hold_or_under_way_is_refused_with_the_reason(estate: Estate) -> None:
    held = submitted(estate)
    with at(NOW):
        hold_change(actor=estate.actor("leila"), change=held, reason="Wait for the audit.")
    with pytest.raises(IllegalTransition, match="is on hold"):
        moved(estate, held)
    assert "take it off hold" in may_move(fresh(held), estate.actor("amara")).remedy
    going = approved(estate, names=("applications",))
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=going)
    with pytest.raises(IllegalTransition, match="has started"):
        moved(estate, going)
