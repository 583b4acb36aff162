"""Standard changes: written, approved by those whom they spare, used within their bounds, suspended and retired."""

import copy
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant, User
from apps.approvals.enums import PolicyState, RoundState
from apps.approvals.models import PolicyVersion
from apps.approvals.rules import FIRST_POLICY
from apps.approvals.selectors import standing
from apps.audit.models import AuditEvent, AuditText
from apps.catalog.models import Component
from apps.catalog.selectors import forget_graph
from apps.changes.enums import ChangeState, StandardState
from apps.changes.models import Change, Standard, StandardVersion
from apps.changes.rules.inputs import RiskInput, StepInput
from apps.changes.selectors import cover_of, shown_version, standards_for, times_used, world_of
from apps.changes.services import (
    fail_change,
    propose_standard,
    refresh_change,
    retire_standard,
    revise_change,
    roll_back_change,
    save_how_back,
    save_when,
    start_change,
    start_from_standard,
    submit_change,
    using_standards,
    withdraw_change,
    withdraw_standard,
    write_standard,
)
from apps.core import actors
from apps.core.canonical import digest
from apps.core.errors import Conflict, Forbidden, Invalid, PolicyBlocked, PortalError, Stale
from apps.outbox.models import Notification
from tests.changes.estate import (
    END,
    IN_WINDOW,
    NOW,
    START,
    Estate,
    at,
    draft,
    fresh,
    make_estate,
    sign_all,
    together,
)
from tests.changes.standards import (
    GIVEN,
    decide_version,
    in_force,
    low_risk,
    made,
    proposed,
    roles_asked,
    sent,
)
from tests.people import sign
from tests.races import after, at_once, slow_to_record

LATER = NOW + timedelta(days=300)


def spare_the_validator(estate: Estate) -> None:
    """Put a policy in force that asks no Model Validator about standard changes."""
    document = copy.deepcopy(FIRST_POLICY)
    for rule in document["rules"]:
        if rule["role"] == "validator":
            rule["classes"] = ["normal", "urgent"]
    PolicyVersion.objects.create(
        number=2, document=document, digest=digest(document), reason="Done before.", author=estate.people["leila"],
        state=PolicyState.IN_FORCE, settled_at=NOW,
    )  # fmt: skip


# Writing and approving


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


# Using one


def test_change_made_from_it_is_filled_in_and_names_its_version(estate: Estate) -> None:
    standard = in_force(estate)
    change = sent(estate, standard)
    version = shown_version(standard)
    assert change.change_class == "standard"
    assert change.revision.content["class"] == "standard"
    assert change.revision.content["standard"] == {
        "template": "STD-1", "version": 1, "digest": version.digest,
    }  # fmt: skip
    assert [step["text"] for step in change.revision.content["plan"]] == ["Shadow", "Switch the alias"]
    assert change.revision.content["plan"][1]["after"] == [1]
    assert change.revision.content["rollback"]["criteria"] == list(GIVEN.criteria)
    assert times_used([version]) == {version.pk: 1}
    assert AuditEvent.objects.filter(event="change.made_from", object_id=change.ref).count() == 1


def test_standard_change_asks_what_the_policy_asks_of_its_class_and_no_less(estate: Estate) -> None:
    standard = in_force(estate)
    first = sent(estate, standard)
    assert roles_asked(first) == ["owner", "sponsor", "validator"]
    with at(NOW):
        withdraw_change(actor=estate.actor("amara"), change=first, reason="The next one goes.")
    spare_the_validator(estate)
    change = sent(estate, standard)
    assert roles_asked(change) == ["owner", "sponsor"]
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.APPROVED
    with at(IN_WINDOW):
        assert (
            start_change(actor=estate.actor("amara"), change=fresh(change)).state == ChangeState.IN_PROGRESS
        )


def test_requester_never_signs_their_own_standard_change(estate: Estate) -> None:
    RoleGrant.objects.create(user=estate.people["amara"], role=Role.SPONSOR, valid_from=NOW)
    change = sent(estate, in_force(estate))
    asked = next(one.requirement for one in standing(change.round) if one.requirement.role == "sponsor")
    with at(NOW), pytest.raises(Forbidden, match="Nobody approves their own"):
        sign(actor=estate.actor("amara"), requirement=asked, digest=change.round.digest, decision="approve")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"names": ("credit-risk", "applications")}, "moves dataset:default/applications"),
        ({"end": "2026-11-19T09:01"}, "181 minutes long"),
    ],
)
def test_change_beyond_its_template_goes_as_a_normal_one_and_says_why(
    estate: Estate, options: dict[str, Any], said: str
) -> None:
    spare_the_validator(estate)
    change = sent(estate, in_force(estate), **options)
    assert (change.change_class, change.revision.content["class"]) == ("normal", "normal")
    assert said in change.revision.content["standard"]["left"][0]
    assert "validator" in roles_asked(change)
    assert times_used([change.standard]) == {}
    entry = AuditEvent.objects.get(event="change.left_standard", object_id=change.ref)
    assert b"moves" not in bytes(entry.entry)
    with at(NOW):
        assert world_of(change).moved == []
        assert refresh_change(actor=actors.system("refresh"), change=change).revision.number == 1


def test_change_with_another_plan_or_way_back_goes_as_a_normal_one(estate: Estate) -> None:
    standard = in_force(estate)
    change = made(estate, standard)
    with at(NOW):
        save_how_back(
            actor=estate.actor("amara"), change=change, rollback_plan="Hope.", rollback_minutes=4,
            criteria=["Approvals fall by two points"], risks=[RiskInput("It forgets")],
            steps=[StepInput("Switch the alias", "amara", 10)],
        )  # fmt: skip
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    left = fresh(change).revision.content["standard"]["left"]
    assert left == [
        "Its plan is not the plan of the template.",
        "Its way back is not the one of the template.",
    ]


def test_document_that_the_template_asks_for_must_be_there(estate: Estate) -> None:
    change = sent(estate, in_force(estate, replace(GIVEN, documents=("test_report",))))
    assert change.change_class == "normal"
    assert "Test plan and results" in change.revision.content["standard"]["left"][0]


def test_standard_class_is_nothing_that_one_may_choose(estate: Estate) -> None:
    change = draft(estate)
    with at(NOW), pytest.raises(Invalid) as error:
        save_when(
            actor=estate.actor("amara"), change=change, change_class="standard", time_zone="Europe/London",
            local_start=START, local_end=END,
        )  # fmt: skip
    assert set(error.value.fields) == {"change_class"}
    Change.objects.filter(pk=change.pk).update(change_class="standard")
    with at(NOW):
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    assert fresh(change).change_class == "normal"


def test_revision_beyond_the_template_asks_those_whom_it_had_spared(estate: Estate) -> None:
    standard = in_force(estate)
    spare_the_validator(estate)
    change = sent(estate, standard)
    assert roles_asked(change) == ["owner", "sponsor"]
    with at(NOW):
        revise_change(actor=estate.actor("amara"), change=change)
        save_when(
            actor=estate.actor("amara"), change=fresh(change), change_class="standard", time_zone="Europe/London",
            local_start=START, local_end="2026-11-19T10:00",
        )  # fmt: skip
        submit_change(actor=estate.actor("amara"), change=fresh(change))
    change = fresh(change)
    assert change.change_class == "normal"
    assert roles_asked(change) == ["owner", "sponsor", "validator"]


def test_world_that_raises_the_risk_makes_it_a_normal_change(estate: Estate) -> None:
    standard = in_force(estate)
    spare_the_validator(estate)
    change = sent(estate, standard)
    sign_all(estate, change)
    assert fresh(change).state == ChangeState.APPROVED
    Component.objects.filter(key="product:default/loans").update(tier=1)
    forget_graph()
    with at(IN_WINDOW), pytest.raises(PolicyBlocked, match="Something moved"):
        start_change(actor=estate.actor("amara"), change=fresh(change))
    with at(NOW):
        refresh_change(actor=actors.system("refresh"), change=fresh(change))
    change = fresh(change)
    assert (change.state, change.change_class, change.risk) == ("in_review", "normal", 3)
    assert "risk is high" in change.revision.content["standard"]["left"][0]
    assert "validator" in roles_asked(change)
    with at(NOW):
        assert refresh_change(actor=actors.system("refresh"), change=change).revision.number == 2


# The end of a version


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


def test_standard_changes_are_read_by_whoever_holds_a_role(estate: Estate) -> None:
    in_force(estate)
    assert not standards_for(User.objects.create_user("stranger")).exists()
    assert standards_for(estate.people["ruth"]).exists()


def test_cover_of_a_change_made_from_none_asks_the_database_nothing(
    estate: Estate, django_assert_num_queries: Any
) -> None:
    change = fresh(draft(estate))
    with django_assert_num_queries(0):
        cover = cover_of(change, 2)
    assert (cover.version, cover.outside) == (None, [])


# Races


@pytest.mark.django_db(transaction=True)
def test_two_versions_begun_at_once_leave_one() -> None:
    estate = make_estate()
    standard = in_force(estate)
    begin = partial(write_standard, given=GIVEN, standard=standard)
    for _ in range(3):
        results = together(
            partial(begin, actor=estate.actor("leila")), partial(begin, actor=estate.actor("amara"))
        )
        kinds = sorted(type(one).__name__ for one in results)
        assert kinds == ["Forbidden", "StandardVersion"], results
        with at(NOW):
            version = StandardVersion.objects.get(state="draft")
            withdraw_standard(actor=actors.person(version.author), version=version)


@pytest.mark.django_db(transaction=True)
def test_two_submissions_take_the_last_use_once() -> None:
    estate = make_estate()
    standard = in_force(estate, replace(GIVEN, most_uses=1))
    for hour in range(3):
        start, end = f"2026-11-{20 + hour}T06:00", f"2026-11-{20 + hour}T07:00"
        drafts = [made(estate, standard) for _ in range(2)]
        with at(NOW):
            for number, change in enumerate(drafts):
                save_when(
                    actor=estate.actor("amara"), change=change, change_class="standard", time_zone="Europe/London",
                    local_start=start.replace("06:", f"{10 + 2 * number}:"),
                    local_end=end.replace("07:", f"{11 + 2 * number}:"),
                )  # fmt: skip
        submits = [partial(submit_change, actor=estate.actor("amara"), change=fresh(one)) for one in drafts]
        results = together(*submits)
        assert not [one for one in results if isinstance(one, Exception)], results
        assert sorted(fresh(one).change_class for one in drafts) == ["normal", "standard"]
        with at(NOW):
            for one in drafts:
                withdraw_change(actor=estate.actor("amara"), change=fresh(one), reason="Next.")


@pytest.mark.django_db(transaction=True)
def test_last_approval_and_retiring_at_once_leave_one_truth() -> None:
    estate = make_estate()
    low_risk()
    for turn in range(3):
        version = decide_version(estate, proposed(estate, replace(GIVEN, title=f"Turn {turn}")), but="owner")
        retire = partial(
            retire_standard, actor=estate.actor("leila"), standard=version.standard, reason="No more."
        )
        results = together(partial(decide_version, estate, version), retire)
        assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, PortalError)]
        version.refresh_from_db()
        standard = Standard.objects.get(pk=version.standard_id)
        assert standard.retired_at is not None
        assert version.state in (StandardState.IN_FORCE, StandardState.WITHDRAWN)
        assert version.round is not None
        version.round.refresh_from_db()
        assert version.round.state != RoundState.OPEN


@pytest.mark.django_db(transaction=True)
def test_last_approval_as_a_use_fails_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    estate = make_estate()
    standard = in_force(estate)
    change = sent(estate, standard)
    sign_all(estate, change)
    with at(IN_WINDOW):
        start_change(actor=estate.actor("amara"), change=fresh(change))
    version = decide_version(estate, proposed(estate, standard=standard), but="owner")
    recording = slow_to_record(monkeypatch, using_standards)
    ending = partial(
        fail_change, actor=estate.actor("amara"), change=fresh(change), reason="Refusals doubled."
    )

    def fail() -> object:
        with at(IN_WINDOW):
            return ending()

    failed, approved = at_once(fail, after(recording, partial(decide_version, estate, version)))
    assert isinstance(failed, Change)
    assert isinstance(approved, StandardVersion)
    assert (failed.state, approved.state) == ("failed", StandardState.IN_FORCE)
    assert shown_version(Standard.objects.get()).number == 2
