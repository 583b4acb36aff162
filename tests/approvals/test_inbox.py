"""The inbox selectors: whose row is whose, in which order, in how many queries."""

import pytest

from apps.accounts.enums import Role
from apps.approvals.rules import Barred
from apps.approvals.selectors import (
    eligible_people,
    inbox_for,
    may_sign_now,
    open_count_for,
    open_counts,
    requirement_for,
)
from apps.core.actors import person
from tests.people import DIGEST, a_need, a_round, add_person, add_team, asked_of, sign

pytestmark = pytest.mark.django_db


def test_inbox_when_tabs_are_read_holds_each_requirement_where_it_belongs() -> None:
    ann = add_person("ann", Role.REQUESTER)
    val, spo = add_person("val", Role.VALIDATOR), add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR), by=ann)
    mine, other = asked_of(round_, Role.VALIDATOR), asked_of(round_, Role.SPONSOR)
    assert list(inbox_for(val, "needs_me")) == [mine]
    assert list(inbox_for(ann, "needs_me")) == []
    assert set(inbox_for(ann, "waiting")) == {mine, other}
    sign(actor=person(val), requirement=mine, digest=DIGEST, decision="approve")
    assert list(inbox_for(val, "needs_me")) == []
    decided = inbox_for(val, "decided").get()
    assert (decided, decided.my_decision) == (mine, "approve")
    assert list(inbox_for(ann, "waiting")) == [other]
    assert open_count_for(spo) == 1
    assert open_counts([round_.pk]) == {round_.pk: 1}


def test_inbox_when_sorted_puts_time_left_first_then_risk() -> None:
    val = add_person("val", Role.VALIDATOR)
    need = a_need(hours=10)
    low = a_round(need, risk=1)
    high = a_round(need, risk=4)
    soon = a_round(a_need(hours=5), risk=1)
    assert [row.round for row in inbox_for(val, "needs_me")] == [soon, high, low]


def test_inbox_when_grants_are_scoped_agrees_with_who_may_sign() -> None:
    """The SQL of the inbox, the Python of the round and the rule of signing must say the same."""
    risk, data = add_team("risk"), add_team("data")
    people = [
        add_person("all", Role.OWNER),
        add_person("risk-owner", Role.OWNER, team=risk),
        add_person("data-owner", Role.OWNER, team=data),
        add_person("one", Role.OWNER, component_key="model:default/a"),
        add_person("val", Role.VALIDATOR),
        add_person("none"),
        add_person("barred", Role.OWNER, Role.VALIDATOR),
        add_person("half", Role.OWNER, Role.VALIDATOR),
    ]
    round_ = a_round(
        a_need(Role.OWNER, "a", team_id=risk.pk),
        a_need(Role.OWNER, "b", team_id=data.pk),
        a_need(Role.OWNER, "c"),
        a_need(Role.VALIDATOR, "a", team_id=risk.pk),
        barred=[
            Barred(people[6].pk, "You asked for it."),
            Barred(people[7].pk, "You made a.", Role.VALIDATOR, "model:default/a"),
        ],
    )
    rows = list(round_.requirements.select_related("round"))
    able = eligible_people(rows)
    for user in people:
        inbox = set(inbox_for(user, "needs_me"))
        assert inbox == {row for row in rows if user in able[row.pk]}
        assert inbox == {row for row in rows if may_sign_now(user, row)}
        assert open_count_for(user) == len(inbox)


def test_requirement_for_when_asked_by_a_stranger_is_none() -> None:
    add_person("val", Role.VALIDATOR)
    auditor, stranger, ann = add_person("aud", Role.AUDITOR), add_person("x"), add_person("ann")
    asked = asked_of(a_round(by=ann), Role.VALIDATOR)
    assert requirement_for(auditor, asked.pk) == asked
    assert requirement_for(ann, asked.pk) == asked
    assert requirement_for(stranger, asked.pk) is None
    assert requirement_for(auditor, asked.pk + 1) is None
