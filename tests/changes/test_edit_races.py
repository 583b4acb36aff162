"""An edit at the moment of the last signature: whatever comes first, nothing is approved with a stale signature."""

from functools import partial
from typing import Any

import pytest
from django.db import transaction

from apps.accounts.enums import Role
from apps.approvals.enums import SignatureDecision
from apps.approvals.models import EarlierSignature, Requirement, Signature
from apps.audit.models import AuditEvent
from apps.catalog.models import ComponentVersion
from apps.catalog.services import add_version
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.changes.rules.materiality import Judge, differences_for
from apps.changes.services import refresh_change, refresh_if_due, revise_change, submit_change
from apps.core import actors
from apps.core.errors import PortalError
from tests.changes.estate import NOW, Estate, at, fresh, make_estate, submitted, together
from tests.changes.test_edits import replan
from tests.faults.amount import amount
from tests.people import sign
from tests.races import failures

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = amount(8, 50)


def signed_but_for_the_owner(estate: Estate) -> Any:
    change: Any = submitted(estate)
    with at(NOW):
        for name, role in (("henrik", Role.SPONSOR), ("tomasz", Role.VALIDATOR)):
            asked = Requirement.objects.get(round=change.round, role=role)
            sign(actor=estate.actor(name), requirement=asked, digest=change.round.digest, decision="approve")
    return change


def assert_nothing_stale_counts(change: Change) -> None:
    """Hold every requirement that is met against the revision in force, by the contents that were signed."""
    assert change.revision is not None
    assert change.round is not None
    assert change.round.digest == change.revision.digest
    contents = dict(change.revisions.values_list("number", "content"))
    asked = list(Requirement.objects.filter(round=change.round))
    roles = frozenset(one.role for one in asked)
    for one in asked:
        if one.state != "met":
            continue
        own = Signature.objects.filter(
            requirement=one, decision=SignatureDecision.APPROVE, digest=change.round.digest
        )
        kept = EarlierSignature.objects.filter(requirement=one, counts=True)
        assert own.exists() or kept.exists()
        for row in kept:
            judge = Judge(one.role, one.component_key, roles)
            assert not differences_for(judge, contents[row.revision], change.revision.content)


def test_edit_while_the_last_approver_signs_never_approves_with_a_stale_signature() -> None:
    estate = make_estate()
    approved = reviewed = 0
    for number in range(ROUNDS):
        change = signed_but_for_the_owner(estate)
        asked = Requirement.objects.get(round=change.round, role=Role.OWNER)

        def edit(change: Any = change, number: int = number) -> object:
            with transaction.atomic():
                revise_change(actor=estate.actor("amara"), change=change)
                if number % 2:
                    replan(estate, fresh(change), f"Shadow {number}")
                return submit_change(actor=estate.actor("amara"), change=fresh(change))

        give = partial(sign, actor=estate.actor("priya"), requirement=asked, digest=change.round.digest)
        results = together(partial(give, decision="approve"), edit)
        assert all(isinstance(one, PortalError) for one in failures(results)), results
        change = fresh(change)
        assert change.revision.number == 2, results
        assert_nothing_stale_counts(change)
        signed = Signature.objects.filter(requirement=asked).exists()
        if number % 2:
            assert change.state == ChangeState.IN_REVIEW
        else:
            assert (change.state == ChangeState.APPROVED) is signed
        approved += change.state == ChangeState.APPROVED
        reviewed += change.state == ChangeState.IN_REVIEW
        with at(NOW), transaction.atomic():
            revise_change(actor=estate.actor("amara"), change=change)
    assert approved + reviewed == ROUNDS
    assert AuditEvent.objects.filter(event="change.approved").count() >= approved


def test_world_that_moves_while_the_last_approver_signs_never_approves_what_moved() -> None:
    estate = make_estate()
    for number in range(ROUNDS):
        change = signed_but_for_the_owner(estate)
        asked = Requirement.objects.get(round=change.round, role=Role.OWNER)
        versions = ComponentVersion.objects.filter(component=estate.components["credit-risk"], version="2")

        def move(change: Any = change, number: int = number, versions: Any = versions) -> object:
            versions.update(metrics={"auc": number})
            return refresh_change(actor=actors.system("refresh"), change=fresh(change))

        give = partial(sign, actor=estate.actor("priya"), requirement=asked, digest=change.round.digest)
        results = together(partial(give, decision="approve"), move)
        assert all(isinstance(one, PortalError) for one in failures(results)), results
        with at(NOW):
            change = fresh(refresh_change(actor=actors.system("refresh"), change=fresh(change)))
        assert change.state == ChangeState.IN_REVIEW
        assert_nothing_stale_counts(change)
        assert Requirement.objects.get(round=change.round, role=Role.VALIDATOR).state == "open"
        with at(NOW), transaction.atomic():
            revise_change(actor=estate.actor("amara"), change=change)


def test_four_looks_at_once_take_a_change_up_once() -> None:
    estate = make_estate()
    watch = actors.system("refresh")
    for number in range(amount(4, 10)):
        change = signed_but_for_the_owner(estate)
        versions = ComponentVersion.objects.filter(component=estate.components["credit-risk"], version="2")
        versions.update(metrics={"auc": number})
        results = together(*[partial(refresh_change, actor=watch, change=fresh(change)) for _ in range(4)])
        assert not failures(results), results
        change = fresh(change)
        assert change.revisions.count() == 2
        assert AuditEvent.objects.filter(event="change.refreshed", object_id=change.ref).count() == 1
        assert_nothing_stale_counts(change)
        with at(NOW), transaction.atomic():
            revise_change(actor=estate.actor("amara"), change=change)


def test_one_look_at_a_time_and_what_comes_meanwhile_is_found_by_the_next() -> None:
    estate = make_estate()
    watch = actors.system("refresh")
    change = signed_but_for_the_owner(estate)
    versions = ComponentVersion.objects.filter(component=estate.components["credit-risk"], version="2")
    versions.update(metrics={"auc": 1})
    results = together(*[partial(refresh_if_due, actor=watch) for _ in range(4)])
    assert sorted(results) == [0, 0, 0, 1], results
    assert fresh(change).revision.number == 2
    component = estate.components["credit-risk"]
    component.versions.filter(version="2").update(metrics={"auc": 2})
    add_version(actor=watch, component=component, version="9", author=None)
    with at(NOW):
        assert refresh_if_due(actor=watch) == 1
