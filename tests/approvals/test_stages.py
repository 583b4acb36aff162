"""Rounds of two roles, in one stage or two, against a count by hand that tries every way to share out the people."""

from dataclasses import dataclass, field
from itertools import count, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Requirement, Signature
from apps.audit.models import AuditEvent
from tests.approvals.test_decisions import put, voted
from tests.faults.amount import amount
from tests.people import a_need, a_round, add_person, asked_of, take_back
from tests.races import at_once, signing

VAL, OWN = Role.VALIDATOR.value, Role.OWNER.value
HOLD = {0: {VAL}, 1: {VAL}, 2: {VAL, OWN}, 3: {VAL, OWN}, 4: {OWN}}
"""Which role each of five people holds."""


@dataclass
class Asked:
    """What is asked of one role, as a person with a pencil keeps it."""

    quorum: int
    stage: int
    state: str = "waiting"
    votes: dict[int, str] = field(default_factory=dict)

    @property
    def approvals(self) -> int:
        return sum(vote == "approve" for vote in self.votes.values())


class ByHand:
    """A round as a person with a pencil keeps it."""

    def __init__(self, asked: dict[str, Asked]) -> None:
        self.asked = asked
        self.state = "open"
        first = min(one.stage for one in asked.values())
        for one in asked.values():
            one.state = "open" if one.stage == first else "waiting"
        self.possible = self.can_be_met({})

    def role_of(self, who: int) -> str:
        """Return the role that a person has filled; an abstention fills none."""
        return next(
            (role for role, one in self.asked.items() if one.votes.get(who, "abstain") != "abstain"), ""
        )

    def can_be_met(self, more: dict[int, str]) -> bool:
        taken = {who: self.role_of(who) for who in HOLD if self.role_of(who)} | more
        open_ = {role: one for role, one in self.asked.items() if one.state in ("open", "waiting")}
        for roles in product((VAL, OWN), repeat=len(HOLD)):
            chosen = dict(zip(HOLD, roles, strict=True)) | taken
            if all(
                sum(
                    chosen[who] == role and role in HOLD[who] and one.votes.get(who) != "abstain"
                    for who in HOLD
                )
                >= one.quorum
                for role, one in open_.items()
            ):
                return True
        return False

    def take(self, who: int, role: str, what: str) -> bool:
        """Take a vote, and return whether it counts as one."""
        one = self.asked[role]
        if self.state != "open":
            return False
        if what == "withdraw":
            if who not in one.votes:
                return False
            del one.votes[who]
            if one.state == "met":
                one.state = "open"
            self.end_if_in_vain()
            return True
        if one.state != "open" or role not in HOLD[who] or who in one.votes:
            return False
        if self.role_of(who) not in ("", role) or not self.can_be_met({who: role}):
            return False
        one.votes[who] = what
        self.settle(one)
        return True

    def settle(self, one: Asked) -> None:
        if "reject" in one.votes.values():
            self.state = one.state = "rejected"
        elif one.approvals >= one.quorum:
            one.state = "met"
        waiting = [each for each in self.asked.values() if each.state == "waiting"]
        if all(each.state == "met" for each in self.asked.values()):
            self.state = "approved"
        elif waiting and not any(each.state == "open" for each in self.asked.values()):
            for each in waiting:
                each.state = "open"
        self.end_if_in_vain()

    def end_if_in_vain(self) -> None:
        if self.state == "open" and not self.can_be_met({}):
            self.state = "rejected"


_refs = count(1)
_crowd: dict[int, User] = {}
votes = st.lists(
    st.tuples(
        st.sampled_from(sorted(HOLD)),
        st.sampled_from([VAL, OWN]),
        st.sampled_from(["approve", "approve", "approve", "abstain", "withdraw", "reject"]),
    ),
    max_size=12,
)


def crowd() -> list[User]:
    found = list(User.objects.filter(username__startswith="staged").order_by("username"))
    return found or [add_person(f"staged{who}", *roles) for who, roles in HOLD.items()]


@pytest.mark.django_db
@settings(
    max_examples=amount(25, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    quorums=st.tuples(st.integers(1, 3), st.integers(1, 2)),
    stages=st.sampled_from([(1, 1), (1, 2), (2, 1)]),
    given_votes=votes,
)
def test_round_of_two_roles_agrees_with_a_count_by_hand(
    db: None, quorums: tuple[int, int], stages: tuple[int, int], given_votes: list[tuple[int, str, str]]
) -> None:
    people = crowd()
    oracle = ByHand({role: Asked(*pair) for role, *pair in zip((VAL, OWN), quorums, stages, strict=True)})
    assert oracle.possible  # five people always make up three and two
    round_ = a_round(
        a_need(VAL, quorum=quorums[0], stage=stages[0]),
        a_need(OWN, quorum=quorums[1], stage=stages[1]),
        ref=f"STG-{next(_refs)}",
    )
    for who, role, what in given_votes:
        asked = asked_of(round_, role)
        assert voted(people[who], asked, what) is oracle.take(who, role, what), (who, role, what)
        round_.refresh_from_db()
        assert round_.state == oracle.state
        if oracle.state == "open":
            kept = dict(Requirement.objects.filter(round=round_).values_list("role", "state"))
            assert kept == {role: one.state for role, one in oracle.asked.items()}


@pytest.mark.django_db
def test_stage_that_was_asked_stays_asked_when_one_before_it_is_taken_back() -> None:
    val, own = add_person("val", VAL), add_person("own", OWN)
    round_ = a_round(a_need(VAL), a_need(OWN, stage=2))
    first, second = asked_of(round_, VAL), asked_of(round_, OWN)
    put(val, first)
    take_back(val, first)
    put(own, second)
    states = dict(Requirement.objects.filter(round=round_).values_list("role", "state"))
    assert states == {VAL: RequirementState.OPEN, OWN: RequirementState.MET}
    put(val, first)
    round_.refresh_from_db()
    assert round_.state == RoundState.APPROVED
    assert AuditEvent.objects.filter(event="approval.stage_asked").count() == 1


@pytest.mark.django_db(transaction=True)
def test_stage_is_asked_once_when_the_last_two_before_it_sign_at_once() -> None:
    val, spo, own = add_person("val", VAL), add_person("spo", Role.SPONSOR), add_person("own", OWN)
    for _ in range(25):
        round_ = a_round(a_need(VAL), a_need(Role.SPONSOR), a_need(OWN, stage=2))
        at_once(signing(val, asked_of(round_, VAL)), signing(spo, asked_of(round_, Role.SPONSOR)))
        asked = AuditEvent.objects.filter(event="approval.stage_asked", object_id=round_.subject_ref)
        assert asked.count() == 1
        assert asked_of(round_, OWN).state == RequirementState.OPEN
        put(own, asked_of(round_, OWN))


@pytest.mark.django_db(transaction=True)
def test_quorum_of_two_is_met_or_open_when_one_takes_back_as_the_other_signs() -> None:
    """Whichever comes first: never met by one signature, and never a round that is over but for a part."""
    ann, ben = add_person("ann", VAL), add_person("ben", VAL)
    outcomes = set()
    for _ in range(25):
        round_ = a_round(a_need(quorum=2))
        asked = asked_of(round_, VAL)
        put(ann, asked)
        at_once(
            lambda asked=asked: take_back(ann, asked),  # type: ignore[misc]
            signing(ben, asked),
        )
        round_.refresh_from_db()
        standing = Signature.objects.filter(requirement=asked, decision="approve", withdrawn_at=None).count()
        assert (round_.state, asked_of(round_, VAL).state, standing) in {
            (RoundState.APPROVED, RequirementState.MET, 2),
            (RoundState.OPEN, RequirementState.OPEN, 1),
        }
        outcomes.add(round_.state)
    assert outcomes
