"""The arithmetic of quorums against every way in which people could take roles, and within a bound of time."""

import time
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.accounts.enums import APPROVING_ROLES
from apps.approvals.rules import Ask, unreachable
from apps.approvals.rules import quorums as arithmetic

ROLES = [role.value for role in APPROVING_ROLES]
PEOPLE = range(1, 7)

asks = st.lists(
    st.builds(
        lambda role, quorum, eligible: Ask(role, role, quorum, frozenset(eligible)),
        st.sampled_from(ROLES[:3]),
        st.integers(1, 4),
        st.sets(st.sampled_from(PEOPLE), min_size=1),
    ),
    max_size=5,
)
filled = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(ROLES[:3]), max_size=3)


def some_way(wanted: list[Ask], taken: dict[int, str]) -> bool:
    """Return whether some choice of one role for each person meets every ask, by trying them all."""
    people = sorted(frozenset[int]().union(*(ask.eligible for ask in wanted)) - taken.keys())
    for roles in product(sorted({ask.role for ask in wanted}), repeat=len(people)):
        role_of = taken | dict(zip(people, roles, strict=True))
        if all(sum(role_of[who] == ask.role for who in ask.eligible) >= ask.quorum for ask in wanted):
            return True
    return not wanted


@settings(max_examples=1500, deadline=None)
@given(asks, filled)
def test_unreachable_agrees_with_trying_every_way(wanted: list[Ask], taken: dict[int, str]) -> None:
    missing = unreachable(wanted, taken)
    assert (missing is None) is some_way(wanted, taken)
    assert missing is None or missing in wanted


@settings(max_examples=300, deadline=None)
@given(asks, filled)
def test_unreachable_without_the_short_way_agrees_with_trying_every_way(
    wanted: list[Ask], taken: dict[int, str]
) -> None:
    """The search finds by itself what the short way finds first."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(arithmetic, "_crowded", lambda _: None)
        assert (unreachable(wanted, taken) is None) is some_way(wanted, taken)


@settings(max_examples=300, deadline=None)
@given(asks, filled, st.sampled_from(PEOPLE), st.sampled_from(ROLES[:3]))
def test_unreachable_stays_so_when_one_more_takes_a_role(
    wanted: list[Ask], taken: dict[int, str], who: int, role: str
) -> None:
    if who not in taken and unreachable(wanted, taken) is not None:
        assert unreachable(wanted, taken | {who: role}) is not None


def test_unreachable_when_two_shares_of_one_crowd_are_too_much_answers_at_once() -> None:
    """Half of forty and one more than half: trying every choice of twenty would take years."""
    crowd = frozenset(range(40))
    began = time.process_time()
    missing = unreachable([Ask("validator", "V", 20, crowd), Ask("owner", "O", 21, crowd)])
    assert missing is not None
    assert unreachable([Ask("validator", "V", 20, crowd), Ask("owner", "O", 20, crowd)]) is None
    assert time.process_time() - began < 0.5


def test_unreachable_when_crowds_overlap_in_many_ways_answers_within_a_second() -> None:
    crowds = [frozenset(range(place * 7 % 40, place * 7 % 40 + 25)) for place in range(12)]
    wanted = [Ask(ROLES[place % 4], str(place), 6, crowd) for place, crowd in enumerate(crowds)]
    for quorum in (3, 6, 9, 12):
        began = time.process_time()
        unreachable([Ask(ask.role, ask.label, quorum, ask.eligible) for ask in wanted])
        assert time.process_time() - began < 1


def test_unreachable_when_the_search_is_given_up_says_that_there_may_be_a_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """To wait for people is mended by people. To end a round that could be met is not."""
    pairs = [frozenset({1, 2}), frozenset({2, 3}), frozenset({1, 3})]
    wanted = [Ask("validator", str(pair), 1, pair) for pair in pairs]
    wanted += [Ask("owner", str(pair), 1, pair) for pair in pairs]
    monkeypatch.setattr(arithmetic, "_crowded", lambda _: None)
    assert unreachable(wanted) is not None
    assert not some_way(wanted, {})
    monkeypatch.setattr(arithmetic, "MOST_STEPS", 0)
    assert unreachable(wanted) is None


def test_unreachable_when_only_two_roles_together_are_too_much_names_one_of_them() -> None:
    both = frozenset({1, 2})
    wanted = [
        Ask("sponsor", "S", 1, frozenset({9})),
        Ask("steward", "D", 2, both),
        Ask("owner", "O", 1, both),
    ]
    missing = unreachable(wanted)
    assert missing is not None
    assert missing.role in ("steward", "owner")
