"""Abstaining, taking back, late votes and stages: what each does, and against a count by hand."""

from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.services import deactivate_person
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.selectors import inbox_for, may_sign_now, standing
from apps.approvals.services import Barred, close_round
from apps.audit.models import AuditEvent
from apps.core.actors import person
from apps.core.errors import Forbidden, Invalid, PolicyBlocked, PortalError, Stale
from apps.outbox.models import Notification
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, sign, take_back

pytestmark = pytest.mark.django_db
OPEN, MET, REJECTED = RequirementState.OPEN, RequirementState.MET, RequirementState.REJECTED


def put(
    user: User, asked: Requirement, decision: str = "approve", note: str = "I have a reason."
) -> Signature:
    return sign(actor=person(user), requirement=asked, digest=DIGEST, decision=decision, note=note)


def state_of(asked: Requirement) -> tuple[str, str]:
    found = Requirement.objects.select_related("round").get(pk=asked.pk)
    return found.state, found.round.state


def validators(number: int) -> list[User]:
    return [add_person("", Role.VALIDATOR) for _ in range(number)]


def test_abstain_counts_neither_for_nor_against() -> None:
    ann, ben, cyn = validators(3)
    asked = asked_of(a_round(a_need(quorum=2)), Role.VALIDATOR)
    put(ann, asked, "abstain")
    assert state_of(asked) == (OPEN, RoundState.OPEN)
    assert not inbox_for(ann, "needs_me")
    put(ben, asked)
    assert state_of(asked) == (OPEN, RoundState.OPEN)
    put(cyn, asked)
    assert state_of(asked) == (MET, RoundState.APPROVED)
    assert AuditEvent.objects.filter(event="approval.abstained").count() == 1


def test_abstain_that_leaves_too_few_rejects_at_once() -> None:
    ann, ben = validators(2)
    asked = asked_of(a_round(a_need(quorum=2), by=add_person("amara")), Role.VALIDATOR)
    put(ann, asked)
    put(ben, asked, "abstain")
    assert state_of(asked) == (REJECTED, RoundState.REJECTED)
    assert AuditEvent.objects.filter(event="approval.unreachable").count() == 1
    assert "Too few people are left" in Notification.objects.get(rule="approval.rejected").body


def test_abstain_needs_a_reason() -> None:
    (ann,) = validators(1)
    with pytest.raises(Invalid, match="why you do not decide"):
        put(ann, asked_of(a_round(), Role.VALIDATOR), "abstain", note=" ")


def test_abstain_fills_no_role() -> None:
    both = add_person("both", Role.VALIDATOR, Role.SPONSOR)
    validators(1)
    add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR))
    put(both, asked_of(round_, Role.VALIDATOR), "abstain")
    assert [row.role for row in inbox_for(both, "needs_me")] == [Role.SPONSOR]
    assert may_sign_now(both, asked_of(round_, Role.SPONSOR))


def test_withdraw_opens_the_requirement_again_and_lets_sign_anew() -> None:
    ann, ben = validators(2)
    spo = add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR), by=add_person("amara"))
    asked = asked_of(round_, Role.VALIDATOR)
    put(ann, asked)
    taken = take_back(ann, asked)
    assert taken.decision == "withdraw"
    assert "I take back what I signed" in taken.meaning
    assert taken.attestation
    assert state_of(asked) == (OPEN, RoundState.OPEN)
    assert {user.pk for user in standing(round_)[0].waited_on} == {ann.pk, ben.pk}
    told = Notification.objects.filter(rule="approval.open_again")
    assert {one.user.username for one in told} == {"amara", ben.username}
    assert take_back(ann, asked) == taken  # twice is once
    put(ann, asked)
    put(spo, asked_of(round_, Role.SPONSOR))
    assert state_of(asked) == (MET, RoundState.APPROVED)
    assert Signature.objects.filter(signer=ann).count() == 3
    assert [row.my_decision for row in inbox_for(ann, "decided")] == ["approve"]  # type: ignore[attr-defined]


def test_withdraw_frees_the_person_for_another_role() -> None:
    both = add_person("both", Role.VALIDATOR, Role.SPONSOR)
    validators(1)
    add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR))
    put(both, asked_of(round_, Role.VALIDATOR))
    assert not may_sign_now(both, asked_of(round_, Role.SPONSOR))
    take_back(both, asked_of(round_, Role.VALIDATOR))
    assert may_sign_now(both, asked_of(round_, Role.SPONSOR))
    assert len(inbox_for(both, "needs_me")) == 2


def test_withdraw_is_refused_without_a_reason_without_a_signature_and_when_late() -> None:
    ann, ben = validators(2)
    round_ = a_round(a_need(quorum=2))
    asked = asked_of(round_, Role.VALIDATOR)
    put(ann, asked)
    with pytest.raises(Invalid):
        take_back(ann, asked, " ")
    with pytest.raises(Forbidden, match="nothing to take back"):
        take_back(ben, asked)
    put(ben, asked)
    with pytest.raises(Stale, match="has all its signatures"):
        take_back(ann, asked)
    assert state_of(asked) == (MET, RoundState.APPROVED)


@pytest.mark.parametrize("decision", ["approve", "reject", "abstain"])
def test_late_vote_is_refused_and_signs_nothing(decision: str) -> None:
    ann, ben = validators(2)
    round_ = a_round()
    asked = asked_of(round_, Role.VALIDATOR)
    put(ann, asked)
    with pytest.raises(Stale, match="Nothing was signed"):
        put(ben, asked, decision)
    closed = a_round()
    close_round(actor=LOADER, round=closed)
    with pytest.raises(Stale, match="no longer asked"):
        put(ben, asked_of(closed, Role.VALIDATOR), decision)
    assert Signature.objects.count() == 1


def test_withdraw_by_the_last_one_who_could_sign_rejects_at_once() -> None:
    """Their role ended after they signed: what they take back nobody else can give."""
    from apps.accounts.selectors import grants_of
    from apps.accounts.services import revoke_role

    (ann,) = validators(1)
    add_person("spo", Role.SPONSOR)
    asked = asked_of(a_round(a_need(), a_need(Role.SPONSOR)), Role.VALIDATOR)
    put(ann, asked)
    revoke_role(actor=LOADER, grant=grants_of(ann)[0])
    take_back(ann, asked)
    assert state_of(asked)[1] == RoundState.REJECTED


# Named people


def test_named_people_alone_may_sign_and_each_must() -> None:
    ann, ben, cyn = validators(3)
    round_ = a_round(a_need(named=(ann.pk, ben.pk), quorum=2))
    asked = asked_of(round_, Role.VALIDATOR)
    assert not inbox_for(cyn, "needs_me")
    with pytest.raises(Forbidden, match="names the people"):
        put(cyn, asked)
    put(ann, asked)
    assert state_of(asked)[0] == OPEN
    put(ben, asked)
    assert state_of(asked)[0] == MET


def test_named_people_who_may_not_sign_block_the_round() -> None:
    ann, ben = validators(2)
    with pytest.raises(PolicyBlocked):
        a_round(a_need(named=(ann.pk, ben.pk), quorum=2), barred=[Barred(ben.pk, "You asked for it.")])
    with pytest.raises(PolicyBlocked):
        a_round(a_need(named=(add_person("out").pk,)))


def test_share_is_counted_once_when_asked() -> None:
    first, *others = validators(5)
    round_ = a_round(a_need(share=50), barred=[Barred(first.pk, "You asked for it.")])
    asked = asked_of(round_, Role.VALIDATOR)
    assert asked.quorum == 2
    deactivate_person(actor=LOADER, user=others[3])
    assert asked_of(round_, Role.VALIDATOR).quorum == 2


# Stages


def test_second_stage_is_asked_when_all_of_the_first_have_signed() -> None:
    (val,) = validators(1)
    own, spo = add_person("own", Role.OWNER), add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(Role.SPONSOR, stage=3), a_need(), a_need(Role.OWNER))
    last = asked_of(round_, Role.SPONSOR)
    assert last.state == RequirementState.WAITING
    assert not inbox_for(spo, "needs_me")
    assert not Notification.objects.filter(user=spo).exists()
    with pytest.raises(Forbidden, match="asked later"):
        put(spo, last)
    put(val, asked_of(round_, Role.VALIDATOR))
    assert asked_of(round_, Role.SPONSOR).state == RequirementState.WAITING
    put(own, asked_of(round_, Role.OWNER))
    assert asked_of(round_, Role.SPONSOR).state == OPEN
    assert Notification.objects.filter(user=spo, rule="approval.asked").count() == 1
    assert AuditEvent.objects.filter(event="approval.stage_asked").count() == 1
    # What was asked stays asked when a signature before it is taken back; all must still be there at the end.
    take_back(val, asked_of(round_, Role.VALIDATOR))
    put(spo, last)
    assert Round.objects.get(pk=round_.pk).state == RoundState.OPEN
    put(val, asked_of(round_, Role.VALIDATOR))
    assert Round.objects.get(pk=round_.pk).state == RoundState.APPROVED


def test_rejection_in_the_first_stage_lapses_the_second() -> None:
    (val,) = validators(1)
    add_person("spo", Role.SPONSOR)
    round_ = a_round(a_need(), a_need(Role.SPONSOR, stage=2))
    put(val, asked_of(round_, Role.VALIDATOR), "reject")
    assert asked_of(round_, Role.SPONSOR).state == RequirementState.LAPSED


def test_signature_that_uses_up_the_only_one_of_a_later_stage_is_refused() -> None:
    both = add_person("both", Role.VALIDATOR, Role.SPONSOR)
    validators(1)
    round_ = a_round(a_need(), a_need(Role.SPONSOR, stage=2))
    with pytest.raises(Forbidden, match="nobody is left"):
        put(both, asked_of(round_, Role.VALIDATOR))


# The arithmetic, against a count by hand


class ByHand:
    """A requirement as a person with a pencil keeps it: who may sign, what each said last, how many it takes."""

    def __init__(self, people: int, quorum: int, named: frozenset[int]) -> None:
        self.able = frozenset(range(people)) & (named or frozenset(range(people)))
        self.quorum = quorum
        self.votes: dict[int, str] = {}
        self.over = False
        self.state = "open"

    def take(self, who: int, what: str) -> bool:
        """Take a vote, and return whether it counts as one."""
        if self.over or who not in self.able:
            return False
        if what == "withdraw":
            if who not in self.votes:
                return False
            del self.votes[who]
        elif who in self.votes:
            return False
        else:
            self.votes[who] = what
        self._settle()
        return True

    def _settle(self) -> None:
        approvals = sum(vote == "approve" for vote in self.votes.values())
        still_able = len(self.able) - sum(vote == "abstain" for vote in self.votes.values())
        if "reject" in self.votes.values() or still_able < self.quorum:
            self.over, self.state = True, "rejected"
        elif approvals >= self.quorum:
            self.over, self.state = True, "met"


_refs = count(1)
steps = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(["approve", "approve", "abstain", "withdraw", "reject"])),
    max_size=9,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.integers(1, 4),
    kind=st.sampled_from(["count", "share", "named"]),
    amount=st.integers(1, 100),
    votes=steps,
)
def test_quorum_arithmetic_agrees_with_a_count_by_hand(
    db: None, people: int, kind: str, amount: int, votes: list[tuple[int, str]]
) -> None:
    crowd = crowd_of(5)
    barred = [Barred(user.pk, "Not this time.") for user in crowd[people:]]
    named = frozenset(range(1 + amount % people)) if kind == "named" else frozenset()
    quorum = {"count": 1 + amount % people, "share": -(-amount * people // 100), "named": len(named)}[kind]
    more: dict[str, Any] = {
        "count": {"quorum": quorum},
        "share": {"share": amount},
        "named": {"named": tuple(crowd[place].pk for place in named), "quorum": quorum},
    }[kind]
    asked = asked_of(a_round(a_need(**more), barred=barred, ref=f"QRM-{next(_refs)}"), Role.VALIDATOR)
    oracle = ByHand(people, quorum, named)
    for who, what in votes:
        assert voted(crowd[who], asked, what) is oracle.take(who, what), (who, what, votes)
        assert state_of(asked)[0] == oracle.state


def voted(user: User, asked: Requirement, what: str) -> bool:
    """Do what a vote says, and return whether it wrote a signature."""
    before = Signature.objects.count()
    try:
        take_back(user, asked) if what == "withdraw" else put(user, asked, what)
    except PortalError:
        assert Signature.objects.count() == before
    return Signature.objects.count() > before


def crowd_of(number: int) -> list[User]:
    """Return the same validators each time a test asks."""
    found = list(User.objects.filter(username__startswith="crowd").order_by("username"))
    return found or [add_person(f"crowd{place}", Role.VALIDATOR) for place in range(number)]
