"""Who may sign, in every combination; and the arithmetic of quorums, against brute force."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.approvals.enums import RequirementState, RoundState, SignatureDecision
from apps.approvals.rules import Ask, Barred, Signing, may_leave_the_rest, may_sign, meaning, unreachable
from tests.people import a_need


def signing(**facts: object) -> Signing:
    """Return a signing that may happen, but for the facts given."""
    good: dict[str, object] = {
        "role": Role.VALIDATOR,
        "where": "credit-risk",
        "person_active": True,
        "holds_role": True,
        "round_state": RoundState.OPEN,
        "requirement_state": RequirementState.OPEN,
    }
    return Signing(**(good | facts))  # type: ignore[arg-type]


def test_may_sign_when_nothing_speaks_against_it_is_allowed() -> None:
    assert may_sign(signing())


REFUSALS = [
    ({"person_active": False}, "account is closed"),
    ({"own_decision": SignatureDecision.APPROVE}, "signed this already"),
    ({"own_decision": SignatureDecision.REJECT}, "rejected this already"),
    ({"round_state": RoundState.APPROVED}, "round of approval is closed"),
    ({"round_state": RoundState.REJECTED}, "round of approval is closed"),
    ({"round_state": RoundState.CLOSED}, "round of approval is closed"),
    ({"requirement_state": RequirementState.MET}, "all the signatures it needs"),
    ({"holds_role": False}, "do not hold the role Model Validator for credit-risk"),
    ({"bar_reason": "You are the author of credit-risk 13."}, "author of credit-risk 13"),
    ({"other_roles": frozenset({Role.STEWARD.value})}, "signed this as Data Steward"),
]


@pytest.mark.parametrize(("facts", "words"), REFUSALS)
def test_may_sign_when_one_thing_speaks_against_it_gives_that_reason(
    facts: dict[str, object], words: str
) -> None:
    decision = may_sign(signing(**facts))
    assert not decision
    assert words in decision.reason


@given(st.lists(st.sampled_from([facts for facts, _ in REFUSALS]), min_size=1))
def test_may_sign_when_several_things_speak_against_it_is_never_allowed(
    chosen: list[dict[str, object]],
) -> None:
    facts: dict[str, object] = {}
    for some in chosen:
        facts |= some
    decision = may_sign(signing(**facts))
    assert not decision
    assert decision.reason


@pytest.mark.parametrize(("first", "second"), list(product(APPROVING_ROLES, APPROVING_ROLES)))
def test_may_sign_when_a_role_was_signed_before_depends_on_which(first: Role, second: Role) -> None:
    decision = may_sign(signing(role=second, other_roles=frozenset({first.value})))
    assert bool(decision) is (first == second)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("decision", list(SignatureDecision))
def test_meaning_when_written_names_subject_component_and_role(role: Role, decision: str) -> None:
    said = meaning(role, decision, "CHG-1042, revision 4", "credit-risk 13")
    assert "CHG-1042, revision 4" in said
    assert "credit-risk 13" in said
    assert said.endswith(f"as {role.label}.")
    assert ("reject" in said) is (decision == SignatureDecision.REJECT)


def test_meaning_when_a_validator_approves_reads_as_a_sentence() -> None:
    assert meaning(Role.VALIDATOR, "approve", "CHG-1042, revision 4", "credit-risk 13") == (
        "I judge credit-risk 13 in CHG-1042, revision 4 fit for its use, as Model Validator."
    )


def test_barred_when_scoped_bars_its_role_and_component_alone() -> None:
    model, other, data = (
        a_need(Role.VALIDATOR, "m"),
        a_need(Role.VALIDATOR, "n"),
        a_need(Role.STEWARD, "m"),
    )
    author = Barred(1, "author", Role.VALIDATOR, model.component_key)
    assert [author.bars(need) for need in (model, other, data)] == [True, False, False]
    assert [Barred(1, "requester").bars(need) for need in (model, other, data)] == [True, True, True]
    assert [Barred(1, "x", Role.VALIDATOR).bars(need) for need in (model, other, data)] == [True, True, False]


# Quorums

ROLES = [role.value for role in APPROVING_ROLES]
asks = st.lists(
    st.builds(
        lambda role, quorum, eligible: Ask(role, role, quorum, frozenset(eligible)),
        st.sampled_from(ROLES[:3]),
        st.integers(1, 2),
        st.sets(st.integers(1, 4)),
    ),
    max_size=4,
)


def brute_force(wanted: list[Ask]) -> bool:
    """Return whether some choice of one role for each person meets every ask."""
    people = sorted(set().union(*[ask.eligible for ask in wanted], set()))
    for roles in product(ROLES[:3], repeat=len(people)):
        taken = dict(zip(people, roles, strict=True))
        if all(sum(taken[who] == ask.role for who in ask.eligible) >= ask.quorum for ask in wanted):
            return True
    return False


@settings(max_examples=300)
@given(asks)
def test_unreachable_when_compared_with_brute_force_agrees(wanted: list[Ask]) -> None:
    assert (unreachable(wanted) is None) is brute_force(wanted)


@given(asks, st.integers(1, 4), st.sampled_from(ROLES[:3]))
def test_unreachable_when_someone_has_signed_agrees_with_leaving_them_that_role(
    wanted: list[Ask], who: int, role: str
) -> None:
    narrowed = [
        Ask(ask.role, ask.label, ask.quorum, ask.eligible - ({who} if ask.role != role else set()))
        for ask in wanted
    ]
    assert (unreachable(wanted, {who: role}) is None) is (unreachable(narrowed) is None)


def test_unreachable_when_one_person_holds_two_roles_alone_names_an_ask() -> None:
    both = frozenset({1})
    wanted = [Ask("sponsor", "Change Sponsor", 1, both), Ask("owner", "Service Owner", 1, both)]
    assert unreachable(wanted) in wanted
    assert unreachable([wanted[0]]) is None


def test_unreachable_when_many_people_hold_every_role_answers_at_once() -> None:
    everyone = frozenset(range(200))
    assert unreachable([Ask(role, role, 2, everyone) for role in ROLES] * 10) is None


def test_may_leave_the_rest_when_an_ask_stays_unmet_names_it() -> None:
    assert may_leave_the_rest(None)
    refused = may_leave_the_rest(Ask("owner", "Service Owner for fraud", 1, frozenset()))
    assert "Service Owner for fraud" in refused.reason
