"""The plan of checks: proposed by one, in force when another has approved it, never changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.enums import Role
from apps.audit.models import AuditEvent
from apps.core.actors import Actor, person
from apps.core.errors import Conflict, Forbidden, Invalid, Stale
from apps.evidence.enums import PlanState
from apps.evidence.models import CheckPlan
from apps.evidence.rules.checks import STARTER
from apps.evidence.selectors import plan_in_force, plan_numbered
from apps.evidence.services import propose_checks, settle_checks
from tests.people import add_person
from tests.races import at_once, failures

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Actor:
    return person(add_person("mara", Role.CHANGE_MANAGER))


def _propose(actor: Actor, document: Any = None) -> CheckPlan:
    return propose_checks(actor=actor, document=document or STARTER.document(), reason="We start to check.")


def test_proposed_plan_asks_for_nothing_until_it_is_approved(manager: Actor) -> None:
    assert plan_in_force().plan.checks == ()
    plan = _propose(manager)
    assert plan_in_force().number == 1
    settle_checks(actor=manager, plan=plan, state=PlanState.IN_FORCE)
    held = plan_in_force()
    assert (held.number, held.digest) == (2, plan.digest)
    assert [check.id for check in held.plan.checks] == [check.id for check in STARTER.checks]
    assert all(check.since for check in held.plan.checks)
    assert plan_numbered(1).plan.checks == ()
    events = list(AuditEvent.objects.filter(object_type="checks").values_list("event", flat=True))
    assert events == ["checks.proposed", "checks.approved"]


def test_plan_that_is_settled_stays_settled(manager: Actor) -> None:
    plan = _propose(manager)
    settle_checks(actor=manager, plan=plan, state=PlanState.REJECTED)
    with pytest.raises(Stale, match="rejected"):
        settle_checks(actor=manager, plan=plan, state=PlanState.IN_FORCE)
    assert plan_in_force().number == 1


def test_next_plan_supersedes_the_one_before_and_says_the_same_only_once(manager: Actor) -> None:
    settle_checks(actor=manager, plan=_propose(manager), state=PlanState.IN_FORCE)
    with pytest.raises(Invalid, match="Change something"):
        _propose(manager)
    document = STARTER.document()
    document["checks"] = document["checks"][1:]
    third = _propose(manager, document)
    settle_checks(actor=manager, plan=third, state=PlanState.IN_FORCE)
    assert plan_in_force().number == 3
    assert CheckPlan.objects.get(number=2).state == PlanState.SUPERSEDED


def test_who_does_not_manage_everything_proposes_nothing() -> None:
    with pytest.raises(Forbidden):
        _propose(person(add_person("olaf", Role.OWNER)))


def test_reason_is_needed(manager: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        propose_checks(actor=manager, document=STARTER.document(), reason=" ")
    assert "reason" in refused.value.fields


@pytest.mark.django_db(transaction=True)
def test_two_proposals_at_once_make_one(manager: Actor) -> None:
    calls: list[Callable[[], object]] = [lambda: _propose(manager)] * 2
    refused = failures(at_once(*calls))
    assert [type(one) for one in refused] == [Conflict]
    assert CheckPlan.objects.count() == 1


def test_document_of_a_plan_never_changes_in_the_database(manager: Actor) -> None:
    _propose(manager)
    for statement in ("UPDATE evidence_checkplan SET document = '{}'", "DELETE FROM evidence_checkplan"):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            connection.cursor().execute(statement)
