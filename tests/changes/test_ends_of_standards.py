"""How a version of a standard change ends: used up, out of date, replaced, retired or suspended."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from apps.approvals.enums import RoundState
from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState, StandardState
from apps.changes.models import Standard
from apps.changes.selectors import shown_version, world_of
from apps.changes.services import (
    fail_change,
    propose_standard,
    retire_standard,
    revise_change,
    roll_back_change,
    start_change,
    start_from_standard,
    submit_change,
    withdraw_change,
    write_standard,
)
from apps.core.errors import Forbidden, Invalid, PolicyBlocked, Stale
from apps.outbox.models import Notification
from tests.changes.estate import IN_WINDOW, NOW, Estate, at, fresh, sign_all
from tests.changes.standards import GIVEN, decide_version, in_force, low_risk, made, proposed, sent

LATER = NOW + timedelta(days=300)


def test_last_use_is_the_last(estate: Estate) -> None:
    standard = in_force(estate, replace(GIVEN, most_uses=1))
    early, late = made(estate, standard), made(estate, standard)
    with at(NOW):
        submit_change(actor=estate.actor("amara"), change=early)
        submit_change(actor=estate.actor("amara"), change=late)
        assert (fresh(early).change_class, fresh(late).change_class) == ("standard", "normal")
        with pytest.raises(PolicyBlocked, match="once, and was"):
            start_from_standard(actor=estate.actor("amara"), standard=standard)
        withdraw_change(actor=estate.actor("amara"), change=fresh(early), reason="Not now.")
        start_from_standard(actor=estate.actor("amara"), standard=standard)


def test_day_of_review_ends_it_for_new_changes(estate: Estate) -> None:
    standard = in_force(estate)
    with at(LATER), pytest.raises(PolicyBlocked, match="1 May 2027"):
        start_from_standard(actor=estate.actor("amara"), standard=standard)
    given = replace(GIVEN, review_by=date(2028, 1, 1))
    with at(LATER):
        version = write_standard(actor=estate.actor("leila"), given=given, standard=standard)
        version = propose_standard(actor=estate.actor("leila"), version=version, reason="It held.")
    assert version.content["review_by"] == "2028-01-01"


def test_superseded_version_serves_what_was_submitted_and_no_draft(estate: Estate) -> None:
    standard = in_force(estate)
    under_way, waiting = sent(estate, standard), made(estate, standard)
    decide_version(estate, proposed(estate, replace(GIVEN, most_minutes=200), standard=standard))
    with at(NOW):
        assert world_of(under_way).moved == []
        revise_change(actor=estate.actor("amara"), change=under_way)
        submit_change(actor=estate.actor("amara"), change=fresh(under_way))
        submit_change(actor=estate.actor("amara"), change=waiting)
    assert fresh(under_way).change_class == "standard"
    assert fresh(under_way).revision.content["standard"]["version"] == 1
    assert fresh(waiting).change_class == "normal"
    assert "superseded" in fresh(waiting).revision.content["standard"]["left"][0]


def test_retired_one_starts_nothing_and_what_is_under_way_keeps_it(estate: Estate) -> None:
    standard = in_force(estate)
    change = sent(estate, standard)
    sign_all(estate, change)
    for name in ("amara", "henrik", "ruth"):
        with at(NOW), pytest.raises(Forbidden, match="Change Manager"):
            retire_standard(actor=estate.actor(name), standard=standard, reason="Mine.")
    with at(NOW):
        with pytest.raises(Invalid):
            retire_standard(actor=estate.actor("leila"), standard=standard, reason=" ")
        retire_standard(actor=estate.actor("leila"), standard=standard, reason="The model is replaced.")
        with pytest.raises(Stale):
            retire_standard(actor=estate.actor("leila"), standard=standard, reason="Again.")
        with pytest.raises(PolicyBlocked, match="retired"):
            start_from_standard(actor=estate.actor("amara"), standard=Standard.objects.get())
        with pytest.raises(Stale):
            write_standard(actor=estate.actor("leila"), given=GIVEN, standard=standard)
    told = Notification.objects.get(rule="standard.retired", user=estate.people["amara"])
    assert "The model is replaced." in told.body
    with at(IN_WINDOW):
        assert (
            start_change(actor=estate.actor("amara"), change=fresh(change)).state == ChangeState.IN_PROGRESS
        )


def test_retiring_takes_back_what_is_out_for_approval(estate: Estate) -> None:
    low_risk()
    version = proposed(estate)
    with at(NOW):
        retire_standard(actor=estate.actor("leila"), standard=version.standard, reason="No.")
    version.refresh_from_db()
    assert version.state == StandardState.WITHDRAWN
    assert version.round is not None
    assert version.round.state == RoundState.CLOSED


@pytest.mark.parametrize("end", [roll_back_change, fail_change])
def test_change_that_goes_wrong_suspends_its_version_until_another_is_approved(
    estate: Estate, end: Any
) -> None:
    standard = in_force(estate)
    change, other = sent(estate, standard), made(estate, standard)
    sign_all(estate, change)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=fresh(change))
        end(actor=estate.actor("amara"), change=fresh(change), reason="Refusals doubled.")
    version = shown_version(Standard.objects.get())
    assert (version.state, version.stopped_by) == (StandardState.SUSPENDED, change)
    assert AuditEvent.objects.get(event="standard.suspended").actor_key == "system:standards"
    assert Notification.objects.filter(rule="standard.suspended", user=estate.people["leila"]).count() == 1
    with at(NOW):
        with pytest.raises(PolicyBlocked, match=change.ref):
            start_from_standard(actor=estate.actor("amara"), standard=standard)
        submit_change(actor=estate.actor("amara"), change=other)
    assert fresh(other).change_class == "normal"
    decide_version(estate, proposed(estate, standard=standard))
    with at(NOW):
        assert start_from_standard(actor=estate.actor("amara"), standard=standard).standard.number == 2


def test_change_that_left_its_template_suspends_nothing(estate: Estate) -> None:
    standard = in_force(estate)
    change = sent(estate, standard, end="2026-11-19T10:00")
    sign_all(estate, change)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=fresh(change))
        fail_change(actor=estate.actor("amara"), change=fresh(change), reason="Refusals doubled.")
    assert shown_version(Standard.objects.get()).state == StandardState.IN_FORCE
