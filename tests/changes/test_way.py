"""The way of a change, from draft to closed."""

from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.approvals.models import Requirement
from apps.changes.enums import ChangeState
from apps.changes.rules.inputs import NoteInput
from apps.changes.services import (
    complete_change,
    expire_change,
    fail_change,
    hold_change,
    resume_change,
    revise_change,
    roll_back_change,
    save_impact,
    start_change,
    submit_change,
    withdraw_change,
)
from apps.core import actors
from apps.core.canonical import digest
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked
from tests.changes.estate import (
    AFTER_WINDOW,
    IN_WINDOW,
    NOW,
    Estate,
    approved,
    at,
    draft,
    fresh,
    sign_all,
    submitted,
)
from tests.people import sign


def asked(change: Any) -> set[tuple[str, str]]:
    return set(Requirement.objects.filter(round__change=change).values_list("role", "component_key"))


def test_submit_freezes_books_and_asks(estate: Estate) -> None:
    change = submitted(estate)
    assert change.state == ChangeState.IN_REVIEW
    assert change.revision is not None
    assert change.revision.number == 1
    assert digest(fresh(change).revision.content) == change.revision.digest
    assert change.booking.ref == change.ref
    assert change.round.digest == change.revision.digest
    assert asked(change) == {
        (Role.SPONSOR, ""),
        (Role.VALIDATOR, "model:default/credit-risk"),
        (Role.OWNER, "service:default/loan-decision"),
    }


def test_dataset_moves_steward_is_asked(estate: Estate) -> None:
    change = submitted(estate, names=("applications",))
    assert (Role.STEWARD, "dataset:default/applications") in asked(change)


def test_ticked_off_owner_is_not_asked(estate: Estate) -> None:
    change = draft(estate)
    note = NoteInput("service:default/loan-decision", False, "It calls the old version until March.")
    with at(NOW):
        save_impact(actor=estate.actor("amara"), change=change, notes=[note])
        change = submit_change(actor=estate.actor("amara"), change=change)
    assert (Role.OWNER, "service:default/loan-decision") not in asked(change)


def test_second_submit_is_illegal(estate: Estate) -> None:
    change = submitted(estate)
    with at(NOW), pytest.raises(IllegalTransition):
        submit_change(actor=estate.actor("amara"), change=change)
    assert change.revisions.count() == 1


def test_every_signature_approves(estate: Estate) -> None:
    assert approved(estate).state == ChangeState.APPROVED


def test_one_rejection_rejects_and_frees_the_window(estate: Estate) -> None:
    change = submitted(estate)
    requirement = Requirement.objects.get(round=change.round, role=Role.SPONSOR)
    with at(NOW):
        sign(
            actor=estate.actor("henrik"),
            requirement=requirement,
            digest=change.round.digest,
            decision="reject",
            note="Too soon.",
        )
    change = fresh(change)
    assert change.state == ChangeState.REJECTED
    assert change.booking.state == "released"


def test_revise_asks_again_on_a_new_revision(estate: Estate) -> None:
    change: Any = submitted(estate)
    with at(NOW):
        change = revise_change(actor=estate.actor("amara"), change=change)
        assert change.state == ChangeState.DRAFT
        change = submit_change(actor=estate.actor("amara"), change=change)
    assert change.revision.number == 2
    assert change.revisions.count() == 2
    assert change.booking.state == "planned"
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.APPROVED


def test_hold_and_resume_keep_signatures(estate: Estate) -> None:
    change = approved(estate)
    manager = estate.actor("leila")
    with at(NOW):
        change = hold_change(actor=manager, change=change, reason="Audit")
        assert change.state == ChangeState.ON_HOLD
        assert resume_change(actor=manager, change=change).state == ChangeState.APPROVED


def test_start_before_the_window_says_when_it_opens(estate: Estate) -> None:
    change = approved(estate)
    with at(NOW), pytest.raises(PolicyBlocked, match="The window opens Thu 19 Nov, 06:00"):
        start_change(actor=estate.actor("amara"), change=change)


@pytest.mark.parametrize(
    ("end", "state"),
    [
        (lambda actor, change: complete_change(actor=actor, change=change), ChangeState.COMPLETED),
        (
            lambda actor, change: roll_back_change(actor=actor, change=change, reason="Fell"),
            ChangeState.ROLLED_BACK,
        ),
        (lambda actor, change: fail_change(actor=actor, change=change, reason="Broke"), ChangeState.FAILED),
    ],
)
def test_run_in_the_window_records_both_times(estate: Estate, end: Any, state: str) -> None:
    change: Any = approved(estate)
    with at(IN_WINDOW):
        change = start_change(actor=estate.actor("priya"), change=change)  # she leads a step
        assert change.booking.state == "under_way"
    with at(AFTER_WINDOW):
        change = fresh(end(estate.actor("amara"), change))
    assert change.state == state
    assert (change.actual_start, change.actual_end) == (IN_WINDOW, AFTER_WINDOW)
    assert change.booking.state == "done"
    assert change.booking.ended_at == AFTER_WINDOW


def test_version_lineage_moved_since_signing_stops_the_start(estate: Estate) -> None:
    change = approved(estate)
    estate.components["credit-risk"].versions.filter(version="2").update(code_commit="def456")
    with at(IN_WINDOW), pytest.raises(PolicyBlocked, match="no longer what was signed"):
        start_change(actor=estate.actor("amara"), change=change)


def test_window_passed_expires(estate: Estate) -> None:
    change = approved(estate)
    with at(IN_WINDOW):
        assert expire_change(actor=actors.system("clock"), change=change).state == ChangeState.APPROVED
    with at(AFTER_WINDOW):
        assert expire_change(actor=actors.system("clock"), change=change).state == ChangeState.EXPIRED


def test_withdraw_needs_a_reason(estate: Estate) -> None:
    change = submitted(estate)
    with at(NOW), pytest.raises(Invalid) as refused:
        withdraw_change(actor=estate.actor("amara"), change=change, reason=" ")
    assert "reason" in refused.value.fields
    assert fresh(change).state == ChangeState.IN_REVIEW


@pytest.mark.parametrize("name", ["henrik", "ruth", "tomasz"])
def test_others_may_not_submit_or_start(estate: Estate, name: str) -> None:
    change = draft(estate)
    with at(NOW), pytest.raises(Forbidden, match="Amara Okafor"):
        submit_change(actor=estate.actor(name), change=change)
    with at(NOW), pytest.raises(Forbidden):
        start_change(actor=estate.actor(name), change=change)
