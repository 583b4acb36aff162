"""Settling a conflict: one change goes after the other, or it is waived for a time by those who answer for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.approvals.enums import RoundState
from apps.approvals.models import Requirement, Round
from apps.audit.models import AuditEvent
from apps.calendar.enums import ConflictKind, DispositionEnd
from apps.calendar.models import Conflict, Disposition
from apps.calendar.rules import Span, scope_of_one
from apps.calendar.selectors import Found, conflicts_of, settled_beside
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.selectors import blockers_of, may_do_now
from apps.changes.services import (
    ask_waiver,
    complete_change,
    end_disposition,
    link_after,
    start_change,
    withdraw_change,
)
from apps.changes.tasks import task_end_waivers, task_settle_changes
from apps.core import actors
from apps.core.errors import Conflict as Clash
from apps.core.errors import Forbidden, Invalid, PolicyBlocked, Stale
from apps.outbox.models import Notification
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, fresh, make_estate, sign_all, submitted
from tests.people import sign
from tests.planning import assert_standing, declared

pytestmark = pytest.mark.django_db
WHY = "Both teams agreed on it."
INSTEAD = "Both are watched by one person."


@pytest.fixture(autouse=True)
def standing(db: None) -> Iterator[None]:
    """Whatever was decided and ended: bookings stand as it says."""
    yield
    assert_standing()


def two(estate: Estate) -> tuple[Any, Any, Conflict]:
    """Return two changes of one component at the same time, both signed by all and both blocked."""
    one, other = submitted(estate), submitted(estate)
    sign_all(estate, one)
    sign_all(estate, other)
    return fresh(one), fresh(other), Conflict.objects.get(kind="same_component")


def owner(name: str = "olga", *, role: Role = Role.OWNER) -> User:
    user = User.objects.create_user(name, f"{name}@example.org", "a good secret", first_name=name.title())
    RoleGrant.objects.create(user=user, role=role, valid_from=NOW - timedelta(days=1))
    return user


def waived(estate: Estate, conflict: Conflict, days: float = 20) -> Disposition:
    with at(NOW):
        return ask_waiver(
            actor=estate.actor("leila"),
            conflict=conflict,
            until=NOW + timedelta(days=days),
            reason=WHY,
            compensating=INSTEAD,
        )


def asked_of(waiver: Disposition) -> list[Requirement]:
    rows = Requirement.objects.filter(round__subject_ref=waiver.ref).select_related("round")
    return list(rows.order_by("role"))


def granted(estate: Estate, waiver: Disposition) -> None:
    for one in asked_of(waiver):
        name = "priya" if one.role == Role.OWNER else "henrik"
        with at(NOW):
            sign(actor=estate.actor(name), requirement=one, digest=one.round.digest, decision="approve")


def met(ref: str) -> Found:
    """Return the conflict over the component; that one person signs both is another."""
    [found] = [one for one in conflicts_of(ref) if one.kind == ConflictKind.SAME_COMPONENT]
    return found


def refused(change: Any, when: datetime = IN_WINDOW) -> str:
    with at(when), pytest.raises(PolicyBlocked) as caught:
        start_change(actor=actors.person(change.requester), change=change)
    return caught.value.reason


def test_link_when_one_goes_after_the_other_unblocks_both_and_starts_in_order(
    django_capture_on_commit_callbacks: Any,
) -> None:
    estate = make_estate()
    one, other, conflict = two(estate)
    assert (one.state, other.state) == (ChangeState.IN_REVIEW, ChangeState.IN_REVIEW)
    with at(NOW), django_capture_on_commit_callbacks(execute=True):
        link_after(actor=estate.actor("amara"), conflict=conflict, first=one.ref, reason=WHY)
    one, other = fresh(one), fresh(other)
    assert (one.state, other.state) == (ChangeState.APPROVED, ChangeState.APPROVED)
    for ref in (one.ref, other.ref):
        found = met(ref)
        assert found.settled
        assert not found.blocking
        assert found.settled.sentence == f"{other.ref} goes after {one.ref}."
        assert (found.settled.who, found.settled.why) == ("Amara Okafor", WHY)
    assert refused(other) == f"{other.ref} goes after {one.ref}, which is not done."
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=one)
        assert not may_do_now(fresh(other), "start", estate.actor("amara"))
        complete_change(actor=estate.actor("amara"), change=fresh(one))
        started = start_change(actor=estate.actor("amara"), change=fresh(other))
    assert started.state == ChangeState.IN_PROGRESS


def test_link_when_ended_counts_again() -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    with at(NOW):
        made = link_after(actor=estate.actor("leila"), conflict=conflict, first=one.ref, reason=WHY)
        assert not met(one.ref).blocking
        end_disposition(actor=estate.actor("amara"), disposition=made)
        assert met(one.ref).blocking
        with pytest.raises(Stale):
            end_disposition(actor=estate.actor("amara"), disposition=made)
    events = AuditEvent.objects.filter(object_id=one.ref, event__startswith="conflict.").order_by("pk")
    said = list(events.values_list("event", flat=True))
    stood = said.count("conflict.found")
    assert said[-2 * stood :] == stood * ["conflict.settled"] + stood * ["conflict.unsettled"]


@pytest.mark.parametrize("name", ["priya", "henrik", "ruth"])
def test_settle_when_neither_side_is_theirs_is_forbidden(name: str) -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    with at(NOW), pytest.raises(Forbidden, match="Only Amara Okafor"):
        link_after(actor=estate.actor(name), conflict=conflict, first=one.ref, reason=WHY)
    with at(NOW), pytest.raises(Forbidden):
        ask_waiver(
            actor=estate.actor(name),
            conflict=conflict,
            until=NOW + timedelta(days=1),
            reason=WHY,
            compensating=INSTEAD,
        )
    assert not Disposition.objects.exists()


def test_link_by_who_asked_for_the_first_alone_is_refused_and_by_the_other_is_made() -> None:
    estate = make_estate()
    one, other, conflict = two(estate)
    Change.objects.filter(pk=other.pk).update(requester=estate.people["henrik"])
    with at(NOW):
        with pytest.raises(Forbidden, match=f"{other.ref} would have to wait. Only Henrik"):
            link_after(actor=estate.actor("amara"), conflict=conflict, first=one.ref, reason=WHY)
        assert not Disposition.objects.exists()
        link_after(actor=estate.actor("henrik"), conflict=conflict, first=one.ref, reason=WHY)


def test_link_when_it_would_close_a_circle_is_refused() -> None:
    estate = make_estate()
    one, other, third = submitted(estate), submitted(estate), submitted(estate)
    between = {
        frozenset((row.booking.ref, row.other.ref)): row
        for row in Conflict.objects.filter(kind="same_component").select_related("booking", "other")
        if row.other
    }
    lead = estate.actor("amara")
    with at(NOW):
        for first, second in ((one, other), (other, third)):
            conflict = between[frozenset((first.ref, second.ref))]
            link_after(actor=lead, conflict=conflict, first=first.ref, reason=WHY)
        conflict = between[frozenset((one.ref, third.ref))]
        with pytest.raises(Invalid) as caught:
            link_after(actor=lead, conflict=conflict, first=third.ref, reason=WHY)
        assert caught.value.fields == {
            "first": [f"{third.ref} already goes after {one.ref}, through other changes."]
        }
        link_after(actor=lead, conflict=conflict, first=one.ref, reason=WHY)


def test_settle_when_given_badly_is_refused_at_the_field() -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    lead = estate.actor("amara")
    with at(NOW):
        for first, reason, field in ((one.ref, " ", "reason"), ("CHG-9", WHY, "first")):
            with pytest.raises(Invalid) as caught:
                link_after(actor=lead, conflict=conflict, first=first, reason=reason)
            assert list(caught.value.fields) == [field]
        good = {"until": NOW + timedelta(days=90), "reason": WHY, "compensating": INSTEAD}
        for field, value in (
            ("until", NOW),
            ("until", NOW + timedelta(days=90, seconds=1)),
            ("reason", ""),
            ("compensating", " "),
            ("reason", "x" * 2001),
        ):
            with pytest.raises(Invalid) as caught:
                ask_waiver(actor=lead, conflict=conflict, **(good | {field: value}))
            assert list(caught.value.fields) == [field]
    assert not Disposition.objects.exists()


def test_waiver_when_signed_by_the_owner_unblocks_until_it_ends(
    django_capture_on_commit_callbacks: Any,
) -> None:
    estate = make_estate()
    one, other, conflict = two(estate)
    waiver = waived(estate, conflict, days=10.0)
    [asked] = asked_of(waiver)
    assert (asked.role, asked.component_key) == (Role.OWNER, "model:default/credit-risk")
    with at(NOW):
        assert met(one.ref).blocking
    with at(NOW), django_capture_on_commit_callbacks(execute=True):
        granted(estate, waiver)
    for change in (one, other):
        with at(NOW):
            found = met(change.ref)
            assert found.settled
            assert not found.blocking
            assert (found.settled.ref, found.settled.until) == (waiver.ref, waiver.until)
        assert fresh(change).state == ChangeState.APPROVED
    over = NOW + timedelta(days=10)
    with at(over):
        assert all(met(change.ref).blocking for change in (one, other))
        assert task_end_waivers() == 1
        assert task_end_waivers() == 0
    assert set(Disposition.objects.values_list("ended_because", flat=True)) == {DispositionEnd.OVER}
    told = Notification.objects.filter(rule="conflict.unsettled")
    assert [one.user.username for one in told] == ["amara"]
    assert "moves credit-risk at the same time" in refused(fresh(one), over - timedelta(hours=2, minutes=30))


def test_waiver_when_it_comes_back_within_its_time_still_counts() -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    granted(estate, waived(estate, conflict))
    Conflict.objects.update(cleared_at=NOW)
    assert conflicts_of(one.ref) == []
    Conflict.objects.update(cleared_at=None)
    with at(NOW):
        assert met(one.ref).settled


def test_waiver_when_refused_or_taken_back_never_counts() -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    waiver = waived(estate, conflict)
    [asked] = asked_of(waiver)
    with at(NOW):
        sign(
            actor=estate.actor("priya"),
            requirement=asked,
            digest=asked.round.digest,
            decision="reject",
            note="Not on that day.",
        )
        assert met(one.ref).blocking
    waiver.refresh_from_db()
    assert waiver.ended_because == DispositionEnd.REFUSED
    second = waived(estate, conflict)
    assert second.ref == "WVR-2"
    with at(NOW):
        end_disposition(actor=estate.actor("amara"), disposition=second)
    assert Round.objects.get(subject_ref="WVR-2").state == RoundState.CLOSED


def test_waiver_when_its_signer_ends_it_counts_no_more() -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    waiver = waived(estate, conflict)
    with at(NOW), pytest.raises(Forbidden):
        end_disposition(actor=estate.actor("priya"), disposition=waiver)
    granted(estate, waiver)
    with at(NOW):
        end_disposition(actor=estate.actor("priya"), disposition=waiver)
        assert met(one.ref).blocking


def test_settle_when_somebody_has_is_refused() -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    waived(estate, conflict)
    with at(NOW), pytest.raises(Clash):
        link_after(actor=estate.actor("amara"), conflict=conflict, first=one.ref, reason=WHY)
    # Its time is over, whether or not the clock's own job has run.
    with at(NOW + timedelta(days=21)):
        link_after(actor=estate.actor("amara"), conflict=conflict, first=one.ref, reason=WHY)


def test_waiver_of_a_freeze_asks_a_sponsor_too_and_bars_both_requesters() -> None:
    estate = make_estate()
    change = approved(estate)
    with at(NOW):
        when = Span(change.planned_start, change.planned_end, "UTC", "2026-11-19T06:00", "2026-11-19T08:30")
        declared(estate.actor("leila"), when, scope_of_one("kind", "model"))
    conflict = Conflict.objects.get(kind="freeze")
    waiver = waived(estate, conflict)
    assert [one.role for one in asked_of(waiver)] == [Role.OWNER, Role.SPONSOR]
    barred = Round.objects.get(subject_ref=waiver.ref).bars.values_list("user__username", flat=True)
    assert sorted(barred) == ["amara", "leila"]
    assert "must not change then" in refused(change)
    granted(estate, waiver)
    with at(IN_WINDOW):
        assert start_change(actor=estate.actor("amara"), change=fresh(change)).state == "in_progress"


def test_blockers_when_settled_leave_the_conflict_out_and_say_what_it_goes_after() -> None:
    estate = make_estate()
    one, other, conflict = two(estate)
    with at(NOW):
        link_after(actor=estate.actor("leila"), conflict=conflict, first=one.ref, reason=WHY)
        assert not [each for each in blockers_of(fresh(one)) if not each.warning]
        [waits] = [each for each in blockers_of(fresh(other)) if "goes after" in each.text]
    assert waits.text == f"It goes after {one.ref}"
    assert task_settle_changes() == 2


def test_waiver_covers_all_that_stands_between_the_two_and_says_each_in_what_is_signed() -> None:
    estate = make_estate()
    one, other, conflict = two(estate)
    waiver = waived(estate, conflict)
    stood = [each for each in conflicts_of(one.ref) if each.ref == other.ref]
    assert len(stood) > 1
    assert sorted(each["kind"] for each in waiver.content["conflicts"]) == sorted(each.kind for each in stood)
    granted(estate, waiver)
    with at(NOW):
        assert all(each.settled and each.settled.ref == waiver.ref for each in conflicts_of(one.ref))
    later = Conflict.objects.create(
        kind=ConflictKind.WRITES,
        severity="blocking",
        booking=conflict.booking,
        other=conflict.other,
        start=conflict.start,
        end=conflict.end,
        path=conflict.path,
        found_at=NOW + timedelta(hours=1),
        checked_at=NOW,
    )
    with at(NOW + timedelta(hours=1)):
        [new] = [each for each in conflicts_of(one.ref) if each.blocking]
        beside = settled_beside(later)
        end_disposition(actor=estate.actor("leila"), disposition=waiver)
        assert not [each for each in conflicts_of(one.ref) if each.settled]
    assert new.id == later.pk
    assert beside is not None
    assert beside.ref == waiver.ref


def test_waiver_that_is_out_when_the_conflict_clears_asks_nobody_any_more(
    django_capture_on_commit_callbacks: Any,
) -> None:
    estate = make_estate()
    one, _, conflict = two(estate)
    waiver = waived(estate, conflict)
    with at(NOW), django_capture_on_commit_callbacks(execute=True):
        withdraw_change(actor=estate.actor("amara"), change=one, reason="It is not needed.")
    waiver.refresh_from_db()
    assert waiver.ended_because == DispositionEnd.CLEARED
    assert Round.objects.get(subject_ref=waiver.ref).state == RoundState.CLOSED
    told = Notification.objects.get(rule="conflict.unsettled")
    assert "the two do not meet now" in told.body
    with at(NOW):
        assert task_end_waivers() == 0
