"""Standard changes: written by those who may, approved by those whom they spare, and read."""

from dataclasses import replace

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.approvals.enums import RoundState
from apps.approvals.selectors import standing
from apps.audit.models import AuditEvent, AuditText
from apps.catalog.models import Component
from apps.catalog.selectors import forget_graph
from apps.changes.enums import StandardState
from apps.changes.models import Standard, StandardVersion
from apps.changes.selectors import shown_version, standards_for
from apps.changes.services import (
    propose_standard,
    retire_standard,
    start_from_standard,
    withdraw_standard,
    write_standard,
)
from apps.core import actors
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, Invalid, PolicyBlocked, Stale
from tests.changes.estate import NOW, Estate, at
from tests.changes.standards import GIVEN, decide_version, in_force, low_risk, proposed, spare_the_validator
from tests.people import sign


def test_version_is_approved_by_everyone_whom_a_normal_change_would_ask(estate: Estate) -> None:
    low_risk()
    spare_the_validator(estate)
    version = proposed(estate)
    assert version.round is not None
    assert {one.requirement.role for one in standing(version.round)} == {"sponsor", "validator", "owner"}
    assert version.round.policy_version == 2
    assert decide_version(estate, version, but="validator").state == StandardState.PROPOSED
    with at(NOW), pytest.raises(PolicyBlocked, match="out for approval"):
        start_from_standard(actor=estate.actor("amara"), standard=version.standard)
    assert decide_version(estate, version).state == StandardState.IN_FORCE
    assert AuditEvent.objects.filter(event="standard.approved", object_id="STD-1").count() == 1


def test_version_that_one_rejects_is_never_used(estate: Estate) -> None:
    low_risk()
    version = decide_version(estate, proposed(estate), decision="reject")
    assert version.state == StandardState.REJECTED
    with at(NOW), pytest.raises(PolicyBlocked, match="rejected"):
        start_from_standard(actor=estate.actor("amara"), standard=version.standard)


def test_version_is_never_approved_by_its_author(estate: Estate) -> None:
    low_risk()
    for role in (Role.SPONSOR, Role.VALIDATOR, Role.OWNER):
        RoleGrant.objects.create(user=estate.people["leila"], role=role, valid_from=NOW)
    version = proposed(estate)
    assert version.round is not None
    for one in standing(version.round):
        with at(NOW), pytest.raises(Forbidden, match="Nobody approves their own"):
            sign(
                actor=estate.actor("leila"),
                requirement=one.requirement,
                digest=version.digest,
                decision="approve",
            )


@pytest.mark.parametrize("name", ["henrik", "meilin", "tomasz", "priya", "ruth"])
def test_standard_change_is_written_by_those_who_may_propose_changes(estate: Estate, name: str) -> None:
    low_risk()
    User.objects.filter(username=name).update(is_superuser=True, is_staff=True)
    with at(NOW), pytest.raises(Forbidden, match="Requester or a Change Manager"):
        write_standard(actor=estate.actor(name), given=GIVEN)
    with at(NOW), pytest.raises(Forbidden, match="in person|signed in"):
        write_standard(actor=actors.token(estate.people["leila"], "ab12"), given=GIVEN)
    assert not Standard.objects.exists()


def test_standard_change_names_only_what_its_author_may_move(estate: Estate) -> None:
    low_risk()
    RoleGrant.objects.filter(user=estate.people["amara"]).update(
        scope="component", component_key="dataset:default/applications"
    )
    with at(NOW), pytest.raises(Invalid) as error:
        write_standard(actor=estate.actor("amara"), given=GIVEN)
    assert "No role of yours" in error.value.fields["components"][0]


def test_what_is_not_of_low_risk_is_no_standard_change(estate: Estate) -> None:
    with at(NOW), pytest.raises(Invalid) as error:
        write_standard(actor=estate.actor("leila"), given=GIVEN)
    assert "of moderate risk" in error.value.fields["components"][0]
    low_risk()
    with at(NOW):
        version = write_standard(actor=estate.actor("leila"), given=GIVEN)
    Component.objects.filter(key="product:default/loans").update(tier=1)
    forget_graph()
    with at(NOW), pytest.raises(Invalid, match="of high risk"):
        propose_standard(actor=estate.actor("leila"), version=version, reason="Now.")
    version.refresh_from_db()
    assert version.state == StandardState.DRAFT


def test_draft_is_written_by_its_author_alone_and_never_changes_once_it_is_sent(estate: Estate) -> None:
    low_risk()
    with at(NOW):
        version = write_standard(actor=estate.actor("amara"), given=GIVEN)
        again = write_standard(
            actor=estate.actor("amara"), given=replace(GIVEN, title="Better"), standard=version.standard
        )
        assert (again.pk, again.title, again.number) == (version.pk, "Better", 1)
        with pytest.raises(Forbidden, match="Amara Okafor is writing"):
            write_standard(actor=estate.actor("leila"), given=GIVEN, standard=version.standard)
        with pytest.raises(Forbidden, match="Amara Okafor is writing"):
            propose_standard(actor=estate.actor("leila"), version=again, reason="Mine.")
        with pytest.raises(Invalid):
            propose_standard(actor=estate.actor("amara"), version=again, reason=" ")
        propose_standard(actor=estate.actor("amara"), version=again, reason="Monthly.")
        with pytest.raises(Conflict, match="out for approval"):
            write_standard(actor=estate.actor("amara"), given=GIVEN, standard=version.standard)
        with pytest.raises(Stale):
            propose_standard(actor=estate.actor("amara"), version=again, reason="Again.")
    kept = StandardVersion.objects.get()
    assert kept.digest == digest(kept.content)
    assert kept.title == "Better"


def test_version_is_taken_back_by_its_author_or_a_manager_until_it_is_decided(estate: Estate) -> None:
    low_risk()
    version = proposed(estate, by="amara")
    with at(NOW), pytest.raises(Forbidden, match="Amara Okafor"):
        withdraw_standard(actor=estate.actor("henrik"), version=version)
    with at(NOW):
        withdraw_standard(actor=estate.actor("leila"), version=version)
    version.refresh_from_db()
    assert version.state == StandardState.WITHDRAWN
    assert version.round is not None
    assert version.round.state == RoundState.CLOSED
    with at(NOW), pytest.raises(Stale):
        withdraw_standard(actor=estate.actor("amara"), version=version)
    assert proposed(estate, by="amara", standard=version.standard).number == 2


def test_new_version_takes_the_place_of_the_one_before_only_when_it_is_approved(estate: Estate) -> None:
    standard = in_force(estate)
    second = proposed(estate, replace(GIVEN, most_minutes=200), standard=standard)
    assert shown_version(Standard.objects.get()).number == 1
    decide_version(estate, second)
    states = StandardVersion.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["superseded", "in_force"]
    assert shown_version(Standard.objects.get()).number == 2


def test_words_of_people_are_outside_the_ledgers_facts(estate: Estate) -> None:
    standard = in_force(estate)
    with at(NOW):
        retire_standard(actor=estate.actor("leila"), standard=standard, reason="The model is replaced.")
    entries = AuditEvent.objects.filter(event__startswith="standard.")
    assert {one.event for one in entries} == {
        "standard.drafted", "standard.proposed", "standard.approved", "standard.retired",
    }  # fmt: skip
    for one in entries:
        assert b"each month" not in bytes(one.entry)
        assert b"replaced" not in bytes(one.entry)
    assert AuditText.objects.filter(text__contains="replaced").exists()


def test_standard_changes_are_read_by_whoever_holds_a_role(estate: Estate) -> None:
    in_force(estate)
    assert not standards_for(User.objects.create_user("stranger")).exists()
    assert standards_for(estate.people["ruth"]).exists()
