"""A new revision keeps the signatures whose role judges nothing of what changed, and asks the others again."""

import json
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import EarlierSignature, Requirement, Signature
from apps.approvals.selectors import inbox_for, may_sign_now, standing
from apps.audit.models import AuditEvent
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.inputs import MetricInput, RiskInput, StepInput
from apps.changes.selectors import changed_since
from apps.changes.services import revise_change, save_how_back, save_why, start_change, submit_change
from apps.outbox.models import Notification
from tests.approvals.test_covering import covering
from tests.changes.estate import IN_WINDOW, NOW, Estate, approved, at, fresh, sign_all, submitted
from tests.people import sign, take_back


def retitle(estate: Estate, change: Change, title: str = "Retrain the model that scores loans") -> None:
    save_why(
        actor=estate.actor("amara"),
        change=change,
        title=title,
        summary=change.summary,
        outcome=change.outcome,
        cost_of_waiting=change.cost_of_waiting,
        metrics=[_metric(one) for one in change.success_metrics.all()],
    )


def _metric(one: Any) -> Any:
    return MetricInput(one.name, one.target, one.unit, one.direction, one.baseline, one.bound)


def replan(estate: Estate, change: Change, first: str = "Shadow for a day") -> None:
    save_how_back(
        actor=estate.actor("amara"),
        change=change,
        rollback_plan=change.rollback_plan,
        rollback_minutes=change.rollback_minutes,
        criteria=["Approvals fall by two points in an hour"],
        risks=[RiskInput("Good applicants are refused", mitigation="Shadow first")],
        steps=[StepInput(first, "amara", 30), StepInput("Switch", "priya", 15, "Switch back", (1,))],
    )


def revised(estate: Estate, change: Change, *edits: Any) -> Any:
    """Return a change that was taken back, edited and submitted again."""
    with at(NOW):
        change = revise_change(actor=estate.actor("amara"), change=change)
        for edit in edits:
            edit(estate, fresh(change))
        return fresh(submit_change(actor=estate.actor("amara"), change=fresh(change)))


def facts_of(event: str) -> dict[str, Any]:
    """Return the facts of the first entry of an event."""
    first = AuditEvent.objects.filter(event=event).order_by("pk")[0]
    data: dict[str, Any] = json.loads(bytes(first.entry))["data"]
    return data


def stands(change: Change) -> dict[str, str]:
    assert change.round is not None
    return {one.requirement.role: one.state for one in standing(change.round)}


def test_material_edit_asks_the_role_that_judges_it_and_keeps_the_others(estate: Estate) -> None:
    change = revised(estate, approved(estate), replan)
    assert (change.state, change.revision.number) == (ChangeState.IN_REVIEW, 2)
    assert stands(change) == {
        Role.SPONSOR: RequirementState.MET,
        Role.VALIDATOR: RequirementState.MET,
        Role.OWNER: RequirementState.OPEN,
    }
    priya = estate.people["priya"]
    assert [one.role for one in inbox_for(priya, "needs_me")] == [Role.OWNER]
    assert not inbox_for(estate.people["henrik"], "needs_me").exists()
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.APPROVED
    with at(IN_WINDOW):
        started: Any = start_change(actor=estate.actor("amara"), change=fresh(change))
    assert started.state == ChangeState.IN_PROGRESS


def test_kept_signature_still_names_the_digest_it_was_given_on_and_why_it_counts(estate: Estate) -> None:
    first = approved(estate)
    before = {one.pk: (one.digest, one.attestation) for one in Signature.objects.all()}
    change = revised(estate, first, replan)
    assert {one.pk: (one.digest, one.attestation) for one in Signature.objects.all()} == before
    kept = EarlierSignature.objects.get(requirement__round=change.round, requirement__role=Role.SPONSOR)
    assert (kept.counts, kept.revision) == (True, 1)
    assert kept.signature.digest == first.revision.digest != change.revision.digest
    assert kept.because == "Nothing that this role judges has changed since revision 1."
    entry = facts_of("approval.kept")
    assert entry["signed_digest"] == first.revision.digest
    assert entry["digest"] == change.revision.digest
    assert entry["signature"] == kept.signature.attestation_digest
    assert entry["attestation"] == kept.attestation_digest
    stale = facts_of("approval.stale")
    assert (stale["role"], stale["because"]) == (Role.OWNER, "Changed since revision 1: the plan.")


def test_cosmetic_edit_keeps_every_signature_and_tells_those_who_signed(estate: Estate) -> None:
    Notification.objects.all().delete()
    change = revised(estate, approved(estate), retitle)
    assert (change.state, change.revision.number) == (ChangeState.APPROVED, 2)
    assert change.round.state == RoundState.APPROVED
    assert not AuditEvent.objects.filter(event="approval.stale").exists()
    told = Notification.objects.filter(rule="approval.kept")
    assert {one.user.username for one in told} == {"henrik", "tomasz", "priya"}
    assert "You need not sign again." in told[0].body
    assert not Notification.objects.filter(rule="approval.asked", title__contains="again").exists()


def test_edit_while_nobody_has_signed_asks_everyone(estate: Estate) -> None:
    change = revised(estate, submitted(estate), retitle)
    assert set(stands(change).values()) == {RequirementState.OPEN}
    assert not EarlierSignature.objects.exists()


def test_signature_is_held_against_what_its_person_signed_not_against_the_last_revision(
    estate: Estate,
) -> None:
    """Two edits that undo each other leave what was signed first."""
    change = revised(estate, approved(estate), replan)
    assert stands(change)[Role.OWNER] == RequirementState.OPEN
    change = revised(estate, change, lambda estate, change: replan(estate, change, "Shadow"))
    assert change.state == ChangeState.APPROVED
    kept = EarlierSignature.objects.get(requirement__round=change.round, requirement__role=Role.OWNER)
    assert kept.revision == 1


def test_decision_that_came_later_is_the_one_that_counts(estate: Estate) -> None:
    """Whoever approved the first revision and rejected the second is asked about the third, though it is the first."""
    change = revised(estate, approved(estate), replan)
    asked = Requirement.objects.get(round=change.round, role=Role.OWNER)
    with at(NOW):
        sign(
            actor=estate.actor("priya"),
            requirement=asked,
            digest=change.round.digest,
            decision="reject",
            note="No.",
        )
    change = revised(estate, fresh(change), lambda estate, change: replan(estate, change, "Shadow"))
    assert stands(change)[Role.OWNER] == RequirementState.OPEN
    row = EarlierSignature.objects.get(requirement__round=change.round, requirement__role=Role.OWNER)
    assert row.because == "Revision 2 was not approved. Changed since revision 2: the plan."


def test_signer_who_lost_the_role_is_not_kept(estate: Estate) -> None:
    change = approved(estate)
    eve = User.objects.create_user(
        "eve", "eve@example.org", "a good secret", first_name="Eve", last_name="Stone"
    )
    RoleGrant.objects.create(user=eve, role=Role.SPONSOR, valid_from=NOW)
    RoleGrant.objects.filter(user=estate.people["henrik"]).delete()
    change = revised(estate, change, retitle)
    assert change.state == ChangeState.IN_REVIEW
    row = EarlierSignature.objects.get(requirement__round=change.round, requirement__role=Role.SPONSOR)
    assert row.because == "Its signer may not sign this revision as Change Sponsor any more."


def test_kept_signer_fills_no_second_role(estate: Estate) -> None:
    RoleGrant.objects.create(user=estate.people["henrik"], role=Role.OWNER, valid_from=NOW)
    change = revised(estate, approved(estate), replan)
    henrik = estate.people["henrik"]
    owner = Requirement.objects.select_related("round").get(round=change.round, role=Role.OWNER)
    with at(NOW):
        assert "You have signed this as Change Sponsor" in may_sign_now(henrik, owner).reason
        assert not inbox_for(henrik, "needs_me").exists()


def test_kept_signer_does_not_sign_again(estate: Estate) -> None:
    change = revised(estate, approved(estate), replan)
    sponsor = Requirement.objects.select_related("round").get(round=change.round, role=Role.SPONSOR)
    with at(NOW):
        assert not may_sign_now(estate.people["henrik"], sponsor)


def test_difference_since_they_signed_is_said_in_words(estate: Estate) -> None:
    change = revised(estate, approved(estate), replan, retitle)
    asked = Requirement.objects.get(round=change.round, role=Role.OWNER)
    found = changed_since(change, asked, [1], change.revision.content, roles=stands(change))[1]
    assert [one.line for one in found] == ["Plan: 1, text: Shadow → Shadow for a day"]
    told = Notification.objects.get(
        rule="approval.asked", user=estate.people["priya"], title__endswith="again"
    )
    assert (
        "You decided on revision 1. That does not count any more. Changed since revision 1: the plan."
        in told.body
    )
    assert "What changed since:\n- Plan: 1, text: Shadow → Shadow for a day\n" in told.body


def test_decisions_on_one_change_say_nothing_of_another(estate: Estate) -> None:
    approved(estate)
    other = submitted(estate, names=("applications",), start="2026-11-20T06:00", end="2026-11-20T08:00")
    assert set(stands(other).values()) == {RequirementState.OPEN}


def test_what_a_deputy_signed_is_kept_for_both_while_the_other_holds_the_role(estate: Estate) -> None:
    henrik, leila = estate.people["henrik"], estate.people["leila"]
    change = submitted(estate)
    sponsor = Requirement.objects.select_related("round").get(round=change.round, role=Role.SPONSOR)
    with at(NOW):
        covering(henrik, leila)
        sign(actor=estate.actor("leila"), requirement=sponsor, digest=change.round.digest, decision="approve")
    sign_all(estate, change)
    change = revised(estate, fresh(change), replan)
    kept = EarlierSignature.objects.get(requirement__round=change.round, requirement__role=Role.SPONSOR)
    assert kept.counts
    assert facts_of("approval.kept")["for"] == f"person:{henrik.pk}"
    told = Notification.objects.filter(rule="approval.kept").values_list("user__username", "title")
    assert {("leila", f"Your signature on {change.ref} still counts")} <= set(told)
    assert {("henrik", f"A signature on {change.ref} still counts")} <= set(told)
    again = Requirement.objects.select_related("round").get(round=change.round, role=Role.SPONSOR)
    with at(NOW):
        assert not may_sign_now(henrik, again)
        assert not may_sign_now(leila, again)


def test_kept_signature_can_be_taken_back_and_is_not_kept_again(estate: Estate) -> None:
    change = revised(estate, approved(estate), replan)
    sponsor = Requirement.objects.select_related("round").get(round=change.round, role=Role.SPONSOR)
    henrik = estate.people["henrik"]
    with at(NOW):
        taken = take_back(henrik, sponsor)
        again = take_back(henrik, sponsor)
        assert (taken.decision, again.pk) == ("withdraw", taken.pk)
        assert stands(change)[Role.SPONSOR] == RequirementState.OPEN
        assert may_sign_now(henrik, Requirement.objects.select_related("round").get(pk=sponsor.pk))
        assert [one.role for one in inbox_for(henrik, "needs_me")] == [Role.SPONSOR]
    change = revised(estate, fresh(change), retitle)
    assert stands(change)[Role.SPONSOR] == RequirementState.OPEN
    assert not EarlierSignature.objects.filter(
        requirement__round=change.round, requirement__role=Role.SPONSOR
    ).exists()
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.APPROVED


def test_what_was_said_of_an_earlier_signature_never_changes(estate: Estate) -> None:
    revised(estate, approved(estate), replan)
    row = EarlierSignature.objects.filter(counts=True)
    for values in ({"counts": False}, {"because": "Other."}, {"attestation": "{}"}):
        with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
            row.update(**values)
    with pytest.raises(ProgrammingError, match="refused"), transaction.atomic():
        row.get(requirement__role=Role.SPONSOR).delete()
