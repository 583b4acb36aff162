"""When the world moves, what it overtakes is asked again, with the reason; the rest stands."""

from datetime import timedelta
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.approvals.enums import RequirementState
from apps.approvals.models import EarlierSignature, Requirement
from apps.approvals.selectors import standing
from apps.audit.models import AuditEvent
from apps.calendar.rules import Recurrence
from apps.calendar.selectors import conflicts_of
from apps.calendar.services import PeriodPlan, change_period
from apps.catalog.enums import ContractKind
from apps.catalog.models import Component, ComponentVersion, Contract
from apps.catalog.selectors import forget_graph
from apps.catalog.services import add_version, bump_graph
from apps.changes.enums import ChangeState
from apps.changes.models import Change, Revision
from apps.changes.rules.inputs import ItemInput
from apps.changes.services import (
    refresh_change,
    refresh_if_due,
    revise_change,
    save_what,
    start_change,
    submit_change,
)
from apps.core import actors, clock
from apps.core.errors import PolicyBlocked
from apps.outbox.models import Notification
from tests.approvals.test_policy import with_two_validators
from tests.changes.estate import (
    IN_WINDOW,
    NOW,
    Estate,
    add_component,
    approved,
    at,
    draft,
    fresh,
    sign_all,
    submitted,
    tie,
)
from tests.changes.test_settling import freeze
from tests.people import sign
from tests.web.test_policy import in_force

WATCH = actors.system("refresh")


def looked_at(change: Change) -> Any:
    forget_graph()
    with at(NOW):
        return fresh(refresh_change(actor=WATCH, change=fresh(change)))


def open_roles(change: Change) -> set[tuple[str, str]]:
    assert change.round is not None
    with at(NOW):
        return {
            (one.requirement.role, one.requirement.component_label)
            for one in standing(change.round)
            if one.state == RequirementState.OPEN
        }


def new_consumer(estate: Estate, name: str = "reporting") -> Component:
    component = add_component("service", name, estate.team)
    tie(component, estate.components["credit-risk"], "calls")
    return component


def test_nothing_moved_nothing_happens(estate: Estate) -> None:
    change = approved(estate)
    entries = AuditEvent.objects.count()
    assert looked_at(change).state == ChangeState.APPROVED
    assert (Revision.objects.count(), AuditEvent.objects.count()) == (1, entries)


def test_new_consumer_takes_an_approved_change_back_into_review(estate: Estate) -> None:
    change = approved(estate)
    new_consumer(estate)
    change = looked_at(change)
    assert (change.state, change.revision.number) == (ChangeState.IN_REVIEW, 2)
    assert "reporting" in change.revision.because
    assert open_roles(change) == {(Role.SPONSOR, ""), (Role.OWNER, "reporting")}
    events = list(AuditEvent.objects.order_by("pk").values_list("event", flat=True))
    assert events.index("change.refreshed") < events.index("change.reopened") < events.index("approval.kept")
    kept = EarlierSignature.objects.filter(requirement__round=change.round, counts=True)
    assert {row.requirement.role for row in kept} == {Role.VALIDATOR, Role.OWNER}
    stale = EarlierSignature.objects.get(requirement__round=change.round, counts=False)
    assert stale.because == "Changed since revision 1: what it reaches, why this risk."
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.APPROVED


def test_refresh_twice_is_once(estate: Estate) -> None:
    change = approved(estate)
    new_consumer(estate)
    change = looked_at(change)
    entries, told = AuditEvent.objects.count(), Notification.objects.count()
    assert looked_at(change).revision.number == 2
    assert (AuditEvent.objects.count(), Notification.objects.count()) == (entries, told)


def test_requester_and_signers_are_told_why(estate: Estate) -> None:
    change = approved(estate)
    new_consumer(estate)
    looked_at(change)
    told = {(one.user.username, one.rule) for one in Notification.objects.all()}
    assert {("amara", "change.refreshed"), ("henrik", "approval.asked"), ("tomasz", "approval.kept")} <= told
    asked = Notification.objects.get(user__username="henrik", title__endswith="again")
    assert "Changed since revision 1: what it reaches, why this risk." in asked.body


def test_lineage_of_a_version_that_moves_asks_its_validator_again(estate: Estate) -> None:
    change = approved(estate)
    estate.components["credit-risk"].versions.filter(version="2").update(metrics={"auc": 0.5})
    change = looked_at(change)
    assert change.state == ChangeState.IN_REVIEW
    assert open_roles(change) == {(Role.VALIDATOR, "credit-risk")}
    assert "auc" in change.revision.because


def test_data_contract_that_moves_asks_its_steward_again(estate: Estate) -> None:
    dataset = estate.components["applications"]
    contract = Contract.objects.create(
        key="data:default/a",
        kind=ContractKind.DATA,
        name="a",
        provider=dataset,
        definition_digest="d1",
        source="portal",
    )
    change = approved(estate, names=("applications",))
    Contract.objects.filter(pk=contract.pk).update(definition_digest="d2")
    change = looked_at(change)
    assert (Role.STEWARD, "applications") in open_roles(change)
    assert Role.SPONSOR not in {role for role, _ in open_roles(change)}


def test_freeze_in_view_that_moves_asks_sponsor_and_owners_again(estate: Estate) -> None:
    with at(NOW):
        stands = freeze(estate)
        change = submitted(estate)
        sign_all(estate, change)
        longer = Recurrence("2026-11-19T00:00", "2026-11-20T12:00", "UTC")
        change_period(actor=estate.actor("leila"), period=stands, plan=PeriodPlan("Peak", "Sales.", longer))
    change = looked_at(change)
    assert open_roles(change) == {(Role.SPONSOR, ""), (Role.OWNER, "loan-decision")}
    assert change.revision.because.startswith("Freeze: ")


def test_freeze_that_comes_after_the_signatures_asks_nobody_again(estate: Estate) -> None:
    change = approved(estate)
    with at(NOW):
        freeze(estate)
    change = looked_at(change)
    assert (change.state, change.revision.number) == (ChangeState.APPROVED, 1)
    assert any(one.blocking for one in conflicts_of(change.ref))


def test_change_in_review_is_asked_on_what_is_there_now(estate: Estate) -> None:
    """Nobody signs what the world has overtaken, even where nobody had signed yet."""
    change = submitted(estate)
    new_consumer(estate)
    change = looked_at(change)
    assert (change.state, change.revision.number) == (ChangeState.IN_REVIEW, 2)
    assert (Role.OWNER, "reporting") in open_roles(change)


def test_last_signature_on_an_overtaken_world_does_not_approve(estate: Estate) -> None:
    change = submitted(estate)
    new_consumer(estate)
    forget_graph()
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.IN_REVIEW
    change = looked_at(change)
    assert open_roles(change) == {(Role.SPONSOR, ""), (Role.OWNER, "reporting")}


def test_start_before_anyone_looked_is_refused_with_what_moved(estate: Estate) -> None:
    change = approved(estate)
    new_consumer(estate)
    forget_graph()
    with (
        at(IN_WINDOW),
        pytest.raises(PolicyBlocked, match="Something moved since this was signed. Reached: reporting"),
    ):
        start_change(actor=estate.actor("amara"), change=change)


def test_title_of_a_component_that_moves_asks_nobody(estate: Estate) -> None:
    change = approved(estate)
    Component.objects.filter(key="service:default/loan-decision").update(title="Loan desk")
    assert looked_at(change).revision.number == 1


def test_nobody_left_to_ask_tells_the_requester_once_and_never_starts(estate: Estate) -> None:
    change = approved(estate)
    RoleGrant.objects.filter(role=Role.OWNER).delete()
    new_consumer(estate)
    forget_graph()
    for minutes in (0, 10):
        with clock.moved_to(NOW + timedelta(minutes=minutes)):
            assert refresh_if_due(actor=WATCH) == 0
    assert Notification.objects.filter(rule="change.stuck").count() == 1
    with at(IN_WINDOW), pytest.raises(PolicyBlocked):
        start_change(actor=estate.actor("amara"), change=fresh(change))


def test_version_that_is_retired_asks_everyone_who_judges_it_and_its_return_keeps_what_they_signed(
    estate: Estate,
) -> None:
    change = approved(estate)
    version = estate.components["credit-risk"].versions.filter(version="2")
    version.update(retired_at=NOW)
    change = looked_at(change)
    assert open_roles(change) == {
        (Role.SPONSOR, ""),
        (Role.VALIDATOR, "credit-risk"),
        (Role.OWNER, "loan-decision"),
    }
    assert (
        change.revision.because == "What moves: credit-risk, retired from the catalog: was not there → Yes."
    )
    stale = EarlierSignature.objects.filter(requirement__round=change.round, counts=False)
    assert {row.because for row in stale} == {"Changed since revision 1: what moves."}
    version.update(retired_at=None)
    assert looked_at(change).revision.number == 2
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=change)
        change = fresh(submit_change(actor=estate.actor("amara"), change=fresh(change)))
    assert (change.state, change.revision.number) == (ChangeState.APPROVED, 3)


def test_component_that_is_retired_is_said_to_be_so(estate: Estate) -> None:
    change = approved(estate)
    Component.objects.filter(key="model:default/credit-risk").update(retired_at=NOW)
    bump_graph()
    change = looked_at(change)
    assert change.state == ChangeState.IN_REVIEW
    assert "retired from the catalog" in change.revision.because


def test_version_in_use_that_moves_elsewhere_asks_those_who_judged_the_step_from_it(estate: Estate) -> None:
    change = approved(estate)
    model = estate.components["credit-risk"]
    model.versions.filter(version="1").update(aliases=[])
    ComponentVersion.objects.create(component=model, version="3", aliases=["champion"], released_at=NOW)
    change = looked_at(change)
    assert change.state == ChangeState.IN_REVIEW
    assert (Role.VALIDATOR, "credit-risk") in open_roles(change)
    assert "version in use now: was not there → 3" in change.revision.because


def test_newer_version_that_is_not_in_use_asks_nobody(estate: Estate) -> None:
    change = approved(estate)
    add_version(actor=WATCH, component=estate.components["credit-risk"], version="3", author=None)
    assert looked_at(change).revision.number == 1


def test_change_planned_after_another_is_not_asked_again_when_that_one_is_done(estate: Estate) -> None:
    model = estate.components["credit-risk"]
    ComponentVersion.objects.create(component=model, version="3", released_at=NOW)
    change = draft(estate)
    with at(NOW):
        items = [ItemInput(model.key, "3", from_version="2")]
        save_what(actor=estate.actor("amara"), change=change, items=items)
        change = submit_change(actor=estate.actor("amara"), change=fresh(change))
    assert change.revision.content["items"][0]["in_use"] == "1"
    sign_all(estate, change)
    model.versions.filter(version="1").update(aliases=[])
    model.versions.filter(version="2").update(aliases=["champion"])
    change = looked_at(change)
    assert (change.state, change.revision.number) == (ChangeState.APPROVED, 1)


def test_policy_that_asks_for_more_asks_again_only_whom_it_asks_otherwise(estate: Estate) -> None:
    ada = User.objects.create_user(
        "ada", "ada@example.org", "a good secret", first_name="Ada", last_name="Roe"
    )
    RoleGrant.objects.create(user=ada, role=Role.VALIDATOR, valid_from=NOW - timedelta(days=1))
    change = approved(estate)
    with at(NOW):
        version = in_force(estate, with_two_validators())
    change = looked_at(change)
    assert (change.state, change.round.policy_version) == (ChangeState.IN_REVIEW, version.number)
    assert change.revision.because == (
        f"Model Validator for credit-risk is asked otherwise by version {version.number} of the approval policy."
    )
    assert open_roles(change) == {(Role.VALIDATOR, "credit-risk")}
    asked = Requirement.objects.get(round=change.round, role=Role.VALIDATOR)
    assert (asked.quorum, asked.earlier.get().counts) == (2, True)
    with at(NOW):
        sign(actor=actors.person(ada), requirement=asked, digest=change.round.digest, decision="approve")
    assert fresh(change).state == ChangeState.APPROVED
    assert looked_at(change).revision.number == 2
