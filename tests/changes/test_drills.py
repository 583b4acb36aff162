"""A rehearsal goes the way of any change, and touches nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import AuditEvent
from apps.calendar.models import Booking, Conflict
from apps.calendar.rules import Span
from apps.catalog.models import ComponentVersion
from apps.catalog.selectors import versions_in_use
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput
from apps.changes.selectors import change_for, changes_visible_to, evidence_decision, track_record
from apps.changes.services import (
    cancel_drill,
    propose_contract,
    save_what,
    save_why,
    start_change,
    start_drill,
)
from apps.core.errors import Forbidden, IllegalTransition, Invalid, PolicyBlocked
from apps.evidence.enums import Stage
from apps.gates.enums import Answer
from apps.gates.services import Ask, ask_gate
from apps.outbox.models import Notification
from apps.playbooks.enums import DrillState
from apps.reviews.models import Feedback, Review
from tests import drills
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, fresh
from tests.gates.conftest import PLAN, put_in_force
from tests.planning import frozen

pytestmark = pytest.mark.django_db


def events(kind: str, ref: str) -> list[str]:
    found = AuditEvent.objects.filter(object_type=kind, object_id=ref).order_by("pk")
    return list(found.values_list("event", flat=True))


def test_drill_walks_from_its_start_to_its_review_through_the_steps_of_any_change(estate: Estate) -> None:
    drill = drills.finished(estate)
    change = Change.objects.get(drill=drill)
    assert (drill.state, drill.ended_at) == (DrillState.FINISHED, drills.REVIEWED)
    assert change.state == ChangeState.COMPLETED
    steps = ["drafted", "submitted", "approved", "started", "completed"]
    told = [one.removeprefix("change.") for one in events("change", change.ref)]
    assert [one for one in told if one in steps] == steps
    assert events("drill", drill.ref) == ["drill.planned", "drill.started", "drill.finished"]
    assert events("review", Review.objects.get(change=change).ref)[-1] == "review.signed"


def test_rehearsal_that_everyone_signed_passes_no_stage_of_the_gate(estate: Estate) -> None:
    change = drills.approved(estate)
    for stage in Stage:
        with at(IN_WINDOW):
            answer = ask_gate(
                actor=estate.actor("amara"), change=change, ask=Ask(stage=stage, artifact="ab" * 32)
            )
        assert answer.answer == Answer.DENIED, stage
        said = f"{change.ref} is a rehearsal, for DRL-1: nothing goes out for it."
        assert [one["says"] for one in answer.reasons] == [said]
        assert not answer.attestation


def test_rehearsal_books_no_time_so_neither_it_nor_a_real_change_meets_a_conflict(estate: Estate) -> None:
    real = approved(estate)
    change = drills.approved(estate)
    assert [one.ref for one in Booking.objects.all()] == [real.ref]
    assert not Conflict.objects.exists()
    with at(IN_WINDOW):
        assert start_change(actor=estate.actor("amara"), change=fresh(real)).state == ChangeState.IN_PROGRESS
        day = drills.WENT_OUT - timedelta(days=1)
        frozen(
            estate.people["leila"],
            Span(day, drills.ENDED, "UTC", f"{day:%Y-%m-%dT%H:%M}", f"{drills.ENDED:%Y-%m-%dT%H:%M}"),
        )
        begun = start_change(actor=estate.actor("amara"), change=fresh(change))
    assert begun.state == ChangeState.IN_PROGRESS


def test_rehearsal_leaves_the_catalog_and_what_is_in_use_as_they_were(estate: Estate) -> None:
    known = [one.pk for one in estate.components.values()]
    before = list(ComponentVersion.objects.order_by("pk").values()), versions_in_use(known)
    drill = drills.finished(estate)
    item = Change.objects.get(drill=drill).items.get()
    assert (item.from_version, item.to_version) == (None, versions_in_use(known)[item.component_id])
    assert (list(ComponentVersion.objects.order_by("pk").values()), versions_in_use(known)) == before
    assert track_record(NOW).components == {}


@pytest.mark.parametrize("version", ["2", "9"])
def test_rehearsal_to_another_version_than_the_one_in_use_is_refused(estate: Estate, version: str) -> None:
    change = drills.rehearsal(estate)
    items = [ItemInput(drills.MODEL, version, from_version="1", register=True)]
    with pytest.raises(Invalid) as refused:
        save_what(actor=estate.actor("amara"), change=change, items=items)
    assert "items.0.to_version" in refused.value.fields
    assert fresh(change).items.get().to_version.version == "1"


def test_rehearsal_brings_no_contract_and_asks_no_service_how_it_was(estate: Estate) -> None:
    change = drills.rehearsal(estate)
    with pytest.raises(PolicyBlocked, match="A rehearsal changes nothing"):
        propose_contract(actor=estate.actor("amara"), change=change, contract="any", content=b"{}")
    drills.finished(estate, drills.a_drill(estate))
    assert not Feedback.objects.exists()


def test_title_of_a_rehearsal_always_says_that_it_is_one(estate: Estate) -> None:
    change, amara = drills.rehearsal(estate), estate.actor("amara")
    assert change.title == "Rehearsal: Scores stop arriving (DRL-1)"
    for given, kept in (
        ("Go back", "Rehearsal: Go back"),
        ("Rehearsal: Go back", "Rehearsal: Go back"),
        ("", "Rehearsal:"),
    ):
        said = save_why(actor=amara, change=change, title=given, summary="", outcome="", complete=False)
        assert said.title == kept
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.filter(pk=change.pk).update(title="Go back")


def test_each_mail_of_a_rehearsal_says_in_words_that_it_is_one(estate: Estate) -> None:
    drills.ended(estate)
    notes = list(Notification.objects.filter(created_at__gte=NOW).exclude(rule="playbook_to_read"))
    assert {note.rule for note in notes} >= {"approval.asked", "approval.completed", "review.opened"}
    assert [note.title for note in notes if "Rehearsal:" not in note.title + note.body] == []


def test_rehearsal_stands_in_no_list_and_opens_for_whoever_may_read_it(estate: Estate) -> None:
    change = drills.submitted(estate)
    for name in ("amara", "henrik", "ruth"):
        person = estate.people[name]
        assert not changes_visible_to(person).exists()
        assert change_for(person, change.ref) == change


def test_start_by_another_than_its_owner_or_twice_is_refused(estate: Estate) -> None:
    drill = drills.a_drill(estate)
    with pytest.raises(Forbidden, match="Only Amara Okafor, who planned this drill, can start it"):
        start_drill(actor=estate.actor("leila"), drill=drill)
    assert not Change.objects.exists()
    drills.rehearsal(estate, drill)
    with pytest.raises(IllegalTransition):
        start_drill(actor=estate.actor("amara"), drill=drill)
    assert Change.objects.count() == 1


def test_cancel_withdraws_the_rehearsal_with_the_reason_and_not_once_it_went_out(estate: Estate) -> None:
    leila = estate.actor("leila")
    change = drills.submitted(estate)
    with at(NOW), pytest.raises(Invalid):
        cancel_drill(actor=leila, drill=change.drill, reason=" ")
    with at(NOW), pytest.raises(Forbidden):
        cancel_drill(actor=estate.actor("henrik"), drill=change.drill, reason="No.")
    with at(NOW + timedelta(hours=1)):
        drill = cancel_drill(actor=leila, drill=change.drill, reason="A real incident.")
    assert (drill.state, drill.cancelled_reason) == (DrillState.CANCELLED, "A real incident.")
    assert fresh(change).state == ChangeState.WITHDRAWN
    gone: Any = drills.approved(estate, drills.a_drill(estate))
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=gone)
        with pytest.raises(PolicyBlocked, match="this drill ends with its review"):
            cancel_drill(actor=leila, drill=gone.drill, reason="Late.")
    gone.drill.refresh_from_db()
    assert gone.drill.state == DrillState.RUNNING


def test_rehearsal_starts_without_evidence_which_nobody_may_send_for_it(estate: Estate) -> None:
    put_in_force(estate, PLAN)
    change = drills.approved(estate)
    with at(NOW):
        assert not evidence_decision(change, estate.actor("amara"))
        assert evidence_decision(approved(estate, version="2"), estate.actor("amara"))
    with at(IN_WINDOW):
        assert start_change(actor=estate.actor("amara"), change=change).state == ChangeState.IN_PROGRESS
