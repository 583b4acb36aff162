"""Signing in another's place: offered, accepted, counted, ended; with both people's bars."""

import base64
import json
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.accounts.models import User
from apps.accounts.selectors import grants_of
from apps.accounts.services import deactivate_person, join_team, revoke_role
from apps.approvals.enums import RoundState
from apps.approvals.models import Delegation, Requirement, Signature
from apps.approvals.rules import Barred
from apps.approvals.selectors import (
    delegation_for,
    eligible_people,
    inbox_for,
    may_sign_now,
    open_count_for,
    standing,
)
from apps.approvals.services import (
    accept_delegation,
    end_delegation,
    offer_delegation,
    reject_unreachable,
)
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person, system, token
from apps.core.errors import Forbidden, Invalid, PolicyBlocked
from apps.outbox.models import Notification
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, add_team, asked_of, sign

pytestmark = pytest.mark.django_db


def today() -> date:
    return clock.now().date()


def offered(giver: User, delegate: User, days: int = 7, **more: Any) -> Delegation:
    values = {"first": today(), "last": today() + timedelta(days=days)} | more
    return offer_delegation(actor=person(giver), delegate=delegate, **values)


def covering(giver: User, delegate: User, **more: Any) -> Delegation:
    """Return a delegation that its delegate has accepted."""
    return accept_delegation(actor=person(delegate), delegation=offered(giver, delegate, **more))


def put(user: User, requirement: Requirement, decision: str = "approve") -> Signature:
    note = "Too little data." if decision == "reject" else ""
    return sign(actor=person(user), requirement=requirement, digest=DIGEST, decision=decision, note=note)


@pytest.fixture
def ann() -> User:
    return add_person("ann", Role.VALIDATOR, name="Ann Doe")


@pytest.fixture
def ben() -> User:
    return add_person("ben", Role.REQUESTER, name="Ben Roe")


def test_delegation_counts_only_from_its_acceptance_to_its_end(ann: User, ben: User) -> None:
    asked = asked_of(a_round(), Role.VALIDATOR)
    delegation = offered(ann, ben)
    assert "do not hold the role" in may_sign_now(ben, asked).reason
    assert open_count_for(ben) == 0
    accept_delegation(actor=person(ben), delegation=delegation)
    assert may_sign_now(ben, asked)
    assert list(inbox_for(ben, "needs_me")) == [asked]
    assert eligible_people([asked])[asked.pk] == [ann, ben]
    for late in (delegation.starts_at - timedelta(seconds=1), delegation.ends_at):
        with clock.moved_to(late):
            assert not may_sign_now(ben, asked)
            assert open_count_for(ben) == 0
    with clock.moved_to(delegation.ends_at - timedelta(seconds=1)):
        assert may_sign_now(ben, asked)
    end_delegation(actor=person(ann), delegation=delegation)
    assert not may_sign_now(ben, asked)
    assert open_count_for(ben) == 0


def test_signature_of_a_delegate_is_recorded_as_one_for_the_other(ann: User, ben: User) -> None:
    delegation = covering(ann, ben)
    round_ = a_round()
    signature = put(ben, asked_of(round_, Role.VALIDATOR))
    assert (signature.signer, signature.on_behalf_of) == (ben, ann)
    assert signature.printed_name == "Ben Roe for Ann Doe"
    entry = json.loads(bytes(AuditEvent.objects.get(event="approval.signed").entry))
    assert entry["actor"]["id"] == str(ben.pk)
    assert (entry["data"]["for"], entry["data"]["delegation"]) == (f"person:{ann.pk}", delegation.pk)
    payload = json.loads(base64.b64decode(json.loads(signature.attestation)["payload"]))
    assert payload["predicate"]["signer"] == f"person:{ben.pk}"
    assert payload["predicate"]["for"] == f"person:{ann.pk}"
    round_.refresh_from_db()
    assert round_.state == RoundState.APPROVED
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE approvals_signature SET on_behalf_of_id = NULL")


def test_delegate_who_holds_the_role_signs_in_their_own_right(ann: User) -> None:
    val = add_person("val", Role.VALIDATOR)
    covering(ann, val)
    signature = put(val, asked_of(a_round(a_need(quorum=2)), Role.VALIDATOR))
    assert signature.on_behalf_of is None


def test_delegate_inherits_both_bars(ann: User, ben: User) -> None:
    add_person("cay", Role.VALIDATOR)
    covering(ann, ben)
    for barred, words in ((ben, "You asked for it."), (ann, "“You asked for it.”")):
        round_ = a_round(barred=[Barred(barred.pk, "You asked for it.")])
        asked = asked_of(round_, Role.VALIDATOR)
        with pytest.raises(Forbidden) as refused:
            put(ben, asked)
        assert words in refused.value.reason
        assert asked not in inbox_for(ben, "needs_me")
        assert ben not in eligible_people([asked])[asked.pk]


@pytest.mark.parametrize("first", ["giver", "delegate"])
def test_delegate_of_one_who_filled_another_role_is_refused(first: str) -> None:
    both = add_person("both", Role.SPONSOR, Role.VALIDATOR)
    ben = add_person("ben", Role.SPONSOR)
    add_person("val", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    covering(both, ben, role=Role.VALIDATOR)
    round_ = a_round(a_need(Role.SPONSOR), a_need())
    put(both if first == "giver" else ben, asked_of(round_, Role.SPONSOR))
    asked = asked_of(round_, Role.VALIDATOR)
    with pytest.raises(Forbidden, match="One person never fills two roles"):
        put(ben, asked)
    assert asked not in inbox_for(ben, "needs_me")


def test_giver_whose_delegate_signed_has_filled_that_role(ben: User) -> None:
    both = add_person("both", Role.SPONSOR, Role.VALIDATOR)
    add_person("val", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    covering(both, ben)
    round_ = a_round(a_need(Role.SPONSOR), a_need(quorum=2))
    put(ben, asked_of(round_, Role.VALIDATOR))
    with pytest.raises(Forbidden, match="One person never fills two roles"):
        put(both, asked_of(round_, Role.SPONSOR))
    with pytest.raises(Forbidden, match="has signed this for you"):
        put(both, asked_of(round_, Role.VALIDATOR))
    assert list(inbox_for(both, "needs_me")) == []


def test_quorum_counts_a_delegate_and_their_giver_once(ann: User, ben: User) -> None:
    covering(ann, ben)
    with pytest.raises(PolicyBlocked, match="fewer than 2"):
        a_round(a_need(quorum=2))
    val = add_person("val", Role.VALIDATOR)
    round_ = a_round(a_need(quorum=2))
    asked = asked_of(round_, Role.VALIDATOR)
    put(ben, asked)
    assert not reject_unreachable(actor=LOADER, round=round_)
    assert [row.waited_on for row in standing(round_)] == [[val]]
    deactivate_person(actor=LOADER, user=val)
    assert reject_unreachable(actor=LOADER, round=round_)


def test_signature_for_another_never_uses_up_the_last_of_a_role(ben: User) -> None:
    both = add_person("both", Role.SPONSOR, Role.VALIDATOR)
    add_person("val", Role.VALIDATOR)
    covering(both, ben)
    round_ = a_round(a_need(Role.SPONSOR), a_need())
    with pytest.raises(Forbidden, match="nobody is left who can sign as Change Sponsor"):
        put(ben, asked_of(round_, Role.VALIDATOR))


def test_delegation_makes_no_chain(ann: User, ben: User) -> None:
    cay = add_person("cay", Role.REQUESTER)
    covering(ann, ben)
    covering(ben, cay)
    asked = asked_of(a_round(), Role.VALIDATOR)
    assert may_sign_now(ben, asked)
    assert not may_sign_now(cay, asked)
    assert open_count_for(cay) == 0
    with pytest.raises(Invalid, match="do not hold this"):
        offered(ben, cay, role=Role.VALIDATOR)


def test_delegation_ends_with_what_the_giver_holds(ann: User, ben: User) -> None:
    add_person("val", Role.VALIDATOR)
    covering(ann, ben)
    asked = asked_of(a_round(), Role.VALIDATOR)
    assert may_sign_now(ben, asked)
    revoke_role(actor=LOADER, grant=grants_of(ann)[0])
    assert not may_sign_now(ben, asked)
    assert open_count_for(ben) == 0
    assert ben not in eligible_people([asked])[asked.pk]


def test_delegation_is_offered_to_whom_it_suits_alone(ann: User, ben: User) -> None:
    gone = add_person("gone", Role.OWNER)
    deactivate_person(actor=LOADER, user=gone)
    wrong = {
        ann: "Nobody stands in for themself",
        add_person("none"): "holds no role here",
        add_person("aud", Role.AUDITOR): "An Auditor checks",
        gone: "account is closed",
    }
    for who, words in wrong.items():
        with pytest.raises(Invalid, match=words):
            offered(ann, who)
    for days in ({"last": today() - timedelta(days=1)}, {"first": today() - timedelta(days=9), "days": -3}):
        with pytest.raises(Invalid):
            offered(ann, ben, **days)
    for actor in (token(ann, "ab12"), system("loader")):
        with pytest.raises(Forbidden):
            offer_delegation(actor=actor, delegate=ben, first=today(), last=today())
    assert not Delegation.objects.exists()


def test_delegation_is_accepted_by_its_delegate_and_ended_by_either_alone(ann: User, ben: User) -> None:
    boss = add_person("boss", Role.CHANGE_MANAGER)
    User.objects.filter(pk=boss.pk).update(is_superuser=True, is_staff=True)
    delegation = offered(ann, ben)
    for user in (ann, boss):
        with pytest.raises(Forbidden, match="Only the person whom it is offered to"):
            accept_delegation(actor=person(user), delegation=delegation)
    with pytest.raises(Forbidden, match="Only who gave it"):
        end_delegation(actor=person(boss), delegation=delegation)
    with pytest.raises(Forbidden, match="token"):
        accept_delegation(actor=token(ben, "ab12"), delegation=delegation)
    assert delegation_for(boss, delegation.pk) is None
    end_delegation(actor=person(ben), delegation=delegation)
    with pytest.raises(Forbidden, match="has ended"):
        accept_delegation(actor=person(ben), delegation=delegation)


def test_delegation_is_told_to_everyone_concerned_and_written_down(ann: User, ben: User) -> None:
    team = add_team("risk")
    boss, mate, other = add_person("boss", Role.CHANGE_MANAGER), add_person("mate"), add_person("other")
    join_team(actor=LOADER, user=mate, team=team)
    delegation = covering(ann, ben, role=Role.VALIDATOR, team=team)
    end_delegation(actor=person(ben), delegation=delegation)
    end_delegation(actor=person(ben), delegation=delegation)
    told = {
        rule: set(Notification.objects.filter(rule=rule).values_list("user__username", flat=True))
        for rule in ("cover.offered", "cover.accepted", "cover.ended")
    }
    everyone = {"ann", "ben", boss.username, mate.username}
    assert told == {"cover.offered": {"ben"}, "cover.accepted": everyone, "cover.ended": everyone}
    assert other.username not in everyone
    events = AuditEvent.objects.filter(event__startswith="cover.").order_by("pk")
    assert [(one.event, one.object_id) for one in events] == [
        (f"cover.{what}", str(ann.pk)) for what in ("offered", "accepted", "ended")
    ]


def test_round_when_opened_tells_the_deputy_too(ann: User, ben: User) -> None:
    covering(ann, ben)
    a_round()
    told = Notification.objects.filter(rule="approval.asked")
    assert set(told.values_list("user__username", flat=True)) == {"ann", "ben"}


def test_inbox_of_delegates_agrees_with_who_may_sign_in_every_scope() -> None:
    """The SQL of the inbox, the Python of the round and the rule of signing say the same of deputies too."""
    risk, data = add_team("risk"), add_team("data")
    holders = [
        add_person("all", Role.OWNER, Role.VALIDATOR),
        add_person("team", Role.OWNER, team=risk),
        add_person("one", Role.OWNER, component_key="model:default/a"),
        add_person("barred", Role.OWNER, Role.VALIDATOR),
    ]
    add_person("second", Role.OWNER, Role.VALIDATOR)
    scopes: list[dict[str, Any]] = [
        {},
        {"role": Role.OWNER},
        {"role": Role.OWNER, "team": risk},
        {"role": Role.OWNER, "component_key": "model:default/a"},
        {"role": Role.VALIDATOR, "team": data},
    ]
    deputies = [add_person(f"d{n}", Role.REQUESTER) for n in range(len(holders) * len(scopes))]
    for (holder, scope), deputy in zip(product(holders, scopes), deputies, strict=True):
        try:
            covering(holder, deputy, **scope)
        except Invalid:
            continue
    twice = deputies[0]
    covering(holders[3], twice)
    round_ = a_round(
        a_need(Role.OWNER, "a", team_id=risk.pk),
        a_need(Role.OWNER, "b", team_id=data.pk),
        a_need(Role.OWNER, "c", quorum=2),
        a_need(Role.VALIDATOR, "a", team_id=data.pk),
        barred=[
            Barred(holders[3].pk, "You made a.", Role.VALIDATOR, "model:default/a"),
            Barred(deputies[2].pk, "You asked for it."),
        ],
    )
    rows = list(round_.requirements.select_related("round"))

    def agree() -> int:
        able = eligible_people(rows)
        for user in (*holders, *deputies):
            inbox = set(inbox_for(user, "needs_me"))
            assert inbox == {row for row in rows if user in able[row.pk]}, user
            assert inbox == {row for row in rows if may_sign_now(user, row)}, user
        return sum(map(len, able.values()))

    before = agree()
    put(deputies[1], rows[2])
    for row in rows:
        row.refresh_from_db()
    assert before > agree() > len(APPROVING_ROLES)


def test_may_sign_for_every_role_by_delegate_needs_the_role_that_was_given() -> None:
    givers = {role: add_person(f"g-{role.value}", role) for role in APPROVING_ROLES}
    round_ = a_round(*[a_need(role) for role in APPROVING_ROLES])
    for given in APPROVING_ROLES:
        deputy = add_person(f"d-{given.value}", Role.REQUESTER)
        covering(givers[given], deputy)
        for role in APPROVING_ROLES:
            assert bool(may_sign_now(deputy, asked_of(round_, role))) == (role == given)
