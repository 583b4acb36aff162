"""Versions of the approval policy: proposed, approved by someone else, in force, and kept as they were."""

import copy
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import PolicyState, RoundState
from apps.approvals.models import PolicyVersion, Requirement, Round
from apps.approvals.rules import FIRST_POLICY
from apps.approvals.rules.checklists import checklist
from apps.approvals.selectors import (
    document_by_name,
    inbox_for,
    policy_for,
    policy_in_force,
    policy_versions,
    rules_in,
)
from apps.approvals.services import Proof, propose_policy, signing, withdraw_policy
from apps.audit.models import AuditEvent, AuditText
from apps.core import clock
from apps.core.actors import person, token
from apps.core.errors import Conflict, Forbidden, Invalid, PolicyBlocked, Stale
from tests.people import DIGEST, a_need, a_round, add_person, asked_of, prove, sign
from tests.races import at_once

pytestmark = pytest.mark.django_db


def with_two_validators() -> dict[str, Any]:
    """Return the first policy with a quorum of two where a model is validated."""
    document = copy.deepcopy(FIRST_POLICY)
    document["rules"][3]["quorum"] = {"count": 2}
    return document


@pytest.fixture
def leila() -> User:
    return add_person("leila", Role.CHANGE_MANAGER)


@pytest.fixture
def henrik() -> User:
    return add_person("henrik", Role.SPONSOR)


def propose(user: User, document: Any = None, reason: str = "Two pairs of eyes.") -> PolicyVersion:
    return propose_policy(actor=person(user), document=document or with_two_validators(), reason=reason)


def decide(user: User, version: PolicyVersion, decision: str = "approve") -> None:
    asked = Requirement.objects.get(round=version.round_id)
    sign(actor=person(user), requirement=asked, digest=version.digest, decision=decision, note="I read it.")


def fresh(version: PolicyVersion) -> PolicyVersion:
    return PolicyVersion.objects.select_related("round").get(pk=version.pk)


def test_policy_in_force_at_first_is_the_one_that_the_portal_comes_with() -> None:
    first = policy_in_force()
    assert (first.number, first.document, first.state) == (1, FIRST_POLICY, PolicyState.IN_FORCE)


def test_proposed_version_is_in_force_once_someone_else_has_approved_its_digest(
    leila: User, henrik: User
) -> None:
    version = propose(leila)
    assert version.round is not None
    assert (version.number, version.round.digest) == (2, version.digest)
    assert policy_in_force().number == 1
    decide(henrik, version)
    assert (fresh(version).state, policy_in_force().number) == (PolicyState.IN_FORCE, 2)
    assert rules_in(policy_in_force())[3].quorum.count == 2
    assert [one.state for one in policy_versions(leila)] == [PolicyState.IN_FORCE, PolicyState.SUPERSEDED]
    events = list(
        AuditEvent.objects.filter(object_type="policy").order_by("pk").values_list("event", flat=True)
    )
    assert events == ["policy.proposed", "approval.asked", "approval.signed", "policy.approved"]
    assert AuditText.objects.get(event__event="policy.proposed", name="reason").text == "Two pairs of eyes."


def test_round_keeps_how_signatures_are_given_by_the_version_it_was_asked_under(
    leila: User, henrik: User
) -> None:
    spo = add_person("spo", Role.SPONSOR)
    before = a_round(a_need(Role.SPONSOR), policy=policy_in_force())
    version = propose(leila, with_two_validators() | {"signing": {"fresh_minutes": 15, "least_seconds": 5}})
    assert version.round is not None
    assert version.round.freshness == timedelta(0), "a proposal is approved by the version in force"
    decide(henrik, version)
    after = a_round(a_need(Role.SPONSOR), policy=policy_in_force())
    of_no_rule = a_round(a_need(Role.SPONSOR))
    rounds = [Round.objects.get(pk=one.pk) for one in (before, after, of_no_rule)]
    assert [(one.fresh_minutes, one.least_seconds) for one in rounds] == [(0, 20), (15, 5), (15, 5)]
    for round_, allowed in zip(rounds, (False, True, True), strict=True):
        asked = asked_of(round_, Role.SPONSOR)
        proof = prove(person(spo), asked)
        earlier = Proof(
            proof.nonce, proof.session, "password", clock.now() - timedelta(minutes=14), earlier=True
        )
        with nullcontext() if allowed else pytest.raises(Forbidden, match="Each signature asks"):
            signing.sign(
                actor=person(spo),
                requirement=asked,
                digest=DIGEST,
                decision="approve",
                proof=earlier,
                checked=checklist(Role.SPONSOR),
            )


def test_third_version_supersedes_the_second(leila: User, henrik: User) -> None:
    second = propose(leila)
    decide(henrik, second)
    third = propose(leila, FIRST_POLICY)
    decide(henrik, third)
    assert policy_in_force().number == 3
    assert fresh(second).state == PolicyState.SUPERSEDED
    assert fresh(second).superseded_at is not None


def test_author_cannot_approve_their_own_version_in_any_role(leila: User, henrik: User) -> None:
    both = add_person("both", Role.CHANGE_MANAGER, Role.SPONSOR)
    version = propose(both)
    with pytest.raises(Forbidden, match="Nobody approves their own"):
        decide(both, version)
    assert not inbox_for(both, "needs_me")
    with pytest.raises(Forbidden, match="do not hold the role"):
        decide(henrik, version)  # Another Change Manager is there, so no sponsor is asked.
    decide(leila, version)
    assert policy_in_force().number == 2


def test_nobody_else_there_to_approve_blocks_the_proposal(leila: User) -> None:
    with pytest.raises(PolicyBlocked):
        propose(leila)
    assert not PolicyVersion.objects.exists()


def test_only_a_change_manager_over_everything_proposes_in_person(leila: User, henrik: User) -> None:
    some = add_person("some", Role.CHANGE_MANAGER, component_key="model:default/credit-risk")
    for actor in (person(henrik), person(some), token(leila, "abc")):
        with pytest.raises(Forbidden):
            propose_policy(actor=actor, document=with_two_validators(), reason="Because.")


def test_rejected_version_never_comes_into_force_and_another_can_be_proposed(
    leila: User, henrik: User
) -> None:
    version = propose(leila)
    with pytest.raises(Conflict, match="out for approval"):
        propose(leila)
    decide(henrik, version, "reject")
    assert fresh(version).state == PolicyState.REJECTED
    assert propose(leila).number == 3


def test_withdrawn_version_asks_nobody_any_more(leila: User, henrik: User) -> None:
    version = propose(leila)
    with pytest.raises(Forbidden):
        withdraw_policy(actor=person(henrik), version=version)
    withdraw_policy(actor=person(leila), version=version)
    again = fresh(version)
    assert again.round is not None
    assert (again.state, again.round.state) == (PolicyState.WITHDRAWN, RoundState.CLOSED)
    with pytest.raises(Stale):
        decide(henrik, version)
    with pytest.raises(Stale):
        withdraw_policy(actor=person(leila), version=again)


def test_proposal_that_is_wrong_says_where(leila: User, henrik: User) -> None:
    blank = with_two_validators()
    del blank["rules"][2]["quorum"]
    stranger = with_two_validators()
    stranger["rules"][2]["quorum"] = {"people": ["nobody.here"]}
    for document, reason, place in (
        (blank, "Because.", "rules.3.quorum"),
        (stranger, "Because.", "document"),
        (FIRST_POLICY, "Because.", "document"),
        (None, " ", "reason"),
    ):
        with pytest.raises(Invalid) as refused:
            propose(leila, document, reason)
        assert place in refused.value.fields


def test_people_are_kept_by_number_and_read_by_name(leila: User, henrik: User) -> None:
    document = with_two_validators()
    document["rules"][0]["quorum"] = {"people": ["henrik"]}
    version = propose(leila, document)
    assert version.document["rules"][0]["quorum"] == {"people": [f"person:{henrik.pk}"]}
    assert document_by_name(version.document) == document
    assert rules_in(version)[0].quorum.people == (henrik.pk,)


def test_version_is_read_by_those_who_hold_a_role(leila: User, henrik: User) -> None:
    stranger = add_person("stranger")
    version = propose(leila)
    assert policy_for(henrik, version.number) == version
    assert policy_for(stranger, version.number) is None
    assert policy_versions(stranger) == []


def test_document_of_a_version_never_changes_in_the_database(leila: User, henrik: User) -> None:
    version = propose(leila)
    for statement in (
        "UPDATE approvals_policyversion SET document = '{}'",
        "UPDATE approvals_policyversion SET digest = ''",
        "DELETE FROM approvals_policyversion",
    ):
        with (
            pytest.raises(DatabaseError, match="never changes"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert fresh(version).document == with_two_validators()


@pytest.mark.django_db(transaction=True)
def test_two_proposals_at_once_make_one(leila: User, henrik: User) -> None:
    results = at_once(*[partial(propose, leila)] * 4)
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 3 + ["PolicyVersion"]
    assert PolicyVersion.objects.get().number == 2
