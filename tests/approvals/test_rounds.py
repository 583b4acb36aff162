"""Opening, closing and giving up rounds."""

import pytest

from apps.accounts.enums import Role
from apps.accounts.selectors import grants_of
from apps.accounts.services import deactivate_person, revoke_role
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Bar, Requirement, Round
from apps.approvals.rules import Barred
from apps.approvals.selectors import standing
from apps.approvals.services import close_round, deciding, on_signed, reject_unreachable
from apps.approvals.tasks import task_reject_unreachable_rounds
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.errors import Conflict, Invalid, PolicyBlocked
from apps.outbox.models import Notification
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, add_team, asked_of, sign

pytestmark = pytest.mark.django_db


def test_open_round_when_valid_asks_all_at_once_and_tells_each_person_once() -> None:
    ann = add_person("ann", Role.REQUESTER)
    val = add_person("val", Role.VALIDATOR)
    spo = add_person("spo", Role.SPONSOR)
    round_ = a_round(
        a_need(Role.SPONSOR), a_need(component="m", hours=30), a_need(component="n", hours=20), by=ann
    )
    assert round_.opened_by == ann
    assert {row.requirement.component_label: row.waited_on for row in standing(round_)} == {
        "": [spo],
        "m": [val],
        "n": [val],
    }
    told = Notification.objects.filter(rule="approval.asked")
    assert sorted(told.values_list("user__username", flat=True)) == ["spo", "val"]
    assert told.get(user=val).url == f"/inbox/{asked_of(round_, Role.VALIDATOR, 'n').pk}/"
    entry = AuditEvent.objects.get(event="approval.asked")
    assert entry.actor_key == f"person:{ann.pk}"
    assert DIGEST.encode() in bytes(entry.entry)


@pytest.mark.parametrize(
    "needs",
    [
        [],
        [a_need(quorum=0)],
        [a_need(quorum=-1)],
        [a_need("king")],
        [a_need(component="m"), a_need(component="m")],
    ],
)
def test_open_round_when_a_need_is_blank_or_doubled_is_refused(needs: list) -> None:
    from apps.approvals.rules import Subject
    from apps.approvals.services import open_round

    add_person("val", Role.VALIDATOR)
    with pytest.raises(Invalid):
        open_round(
            actor=LOADER,
            subject=Subject("change", "CHG-1", "t", "/"),
            revision=1,
            digest=DIGEST,
            risk=2,
            starts_at=None,
            needs=needs,
            barred=[],
        )
    assert not Round.objects.exists()


def test_open_round_when_nobody_can_sign_names_role_and_component_and_opens_nothing() -> None:
    ann = add_person("ann", Role.VALIDATOR)
    with pytest.raises(PolicyBlocked, match="Model Validator for credit-risk") as refused:
        a_round(
            a_need(component="credit-risk"), barred=[Barred(ann.pk, "You are its author.", Role.VALIDATOR)]
        )
    assert "Change Manager" in refused.value.remedy
    with pytest.raises(PolicyBlocked, match="Data Steward"):
        a_round(a_need(Role.STEWARD))
    with pytest.raises(PolicyBlocked, match="fewer than 2 people"):
        a_round(a_need(quorum=2))
    assert not Round.objects.exists()
    assert not Notification.objects.exists()


def test_open_round_when_one_person_alone_holds_two_roles_is_refused() -> None:
    add_person("ann", Role.SPONSOR, Role.VALIDATOR)
    with pytest.raises(PolicyBlocked):
        a_round(a_need(Role.SPONSOR), a_need(Role.VALIDATOR))
    add_person("bob", Role.SPONSOR)
    assert a_round(a_need(Role.SPONSOR), a_need(Role.VALIDATOR)).state == RoundState.OPEN


def test_open_round_when_people_are_barred_keeps_the_reason_where_it_applies() -> None:
    add_person("val", Role.VALIDATOR, Role.SPONSOR)
    ann, bob = add_person("ann", Role.VALIDATOR), add_person("bob", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    model = a_need(component="m")
    round_ = a_round(
        a_need(Role.SPONSOR),
        model,
        barred=[
            Barred(ann.pk, "You asked for it."),
            Barred(ann.pk, "Again."),
            Barred(bob.pk, "You wrote m 2.", Role.VALIDATOR, model.component_key),
        ],
    )
    assert Bar.objects.filter(round=round_, requirement=None, user=ann).get().reason == "You asked for it."
    assert Bar.objects.get(user=bob).requirement == asked_of(round_, Role.VALIDATOR, "m")


def test_open_round_when_one_is_open_conflicts_until_it_is_closed() -> None:
    add_person("val", Role.VALIDATOR)
    round_ = a_round(ref="CHG-7")
    with pytest.raises(Conflict):
        a_round(ref="CHG-7", revision=2)
    close_round(actor=LOADER, round=round_)
    close_round(actor=LOADER, round=round_)
    assert AuditEvent.objects.filter(event="approval.round_closed").count() == 1
    assert Requirement.objects.get(round=round_).state == RequirementState.LAPSED
    assert a_round(ref="CHG-7", revision=2).state == RoundState.OPEN


def test_reject_unreachable_when_the_last_person_goes_rejects_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(deciding._listeners, "change", [])
    heard: list[str] = []
    on_signed("change", lambda round_, _: heard.append(round_.state))
    val, spo = add_person("val", Role.VALIDATOR), add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR), by=add_person("amara"))
    task_reject_unreachable_rounds()
    assert heard == []
    deactivate_person(actor=LOADER, user=val)
    task_reject_unreachable_rounds()
    task_reject_unreachable_rounds()
    round_.refresh_from_db()
    assert round_.state == RoundState.REJECTED
    assert heard == [RoundState.REJECTED]
    assert AuditEvent.objects.filter(event="approval.unreachable").count() == 1
    assert Notification.objects.get(rule="approval.rejected").user.username == "amara"
    assert not reject_unreachable(actor=LOADER, round=round_)
    assert grants_of(spo)


def test_reject_unreachable_when_the_one_who_signed_leaves_keeps_the_round() -> None:
    val, wal = add_person("val", Role.VALIDATOR), add_person("wal", Role.VALIDATOR)
    round_ = a_round(a_need(quorum=2))
    sign(actor=person(val), requirement=asked_of(round_, Role.VALIDATOR), digest=DIGEST, decision="approve")
    revoke_role(actor=LOADER, grant=grants_of(val)[0])
    assert not reject_unreachable(actor=LOADER, round=round_)
    deactivate_person(actor=LOADER, user=wal)
    assert reject_unreachable(actor=LOADER, round=round_)


def test_standing_when_asked_of_a_long_round_takes_as_many_queries_as_of_a_short_one(
    django_assert_num_queries: object,
) -> None:
    team = add_team("risk")
    for name in "abc":
        add_person(name, Role.VALIDATOR)
    add_person("o", Role.OWNER, team=team)
    short = a_round(a_need(component="m"))
    long = a_round(
        *[a_need(component=f"m{i}") for i in range(3)],
        *[a_need(Role.OWNER, f"s{i}", team_id=team.pk) for i in range(3)],
    )
    for round_ in (short, long):
        with django_assert_num_queries(6):  # type: ignore[operator]
            rows = standing(round_)
            assert all(row.waited_on for row in rows)
            assert [row.signature for row in rows] == [None] * len(rows)
