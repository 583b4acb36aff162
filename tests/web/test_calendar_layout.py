"""Where boxes stand: beside each other, in rows, and shadings that run together."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from apps.web.planning.layout import Spot, in_rows, run_together, side_by_side

EXTENTS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 8)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    max_size=12,
)


def test_side_by_side_when_some_overlap_shares_the_width_among_those_alone() -> None:
    assert side_by_side([(0, 4), (2, 6), (8, 10)], 2) == [Spot(0, 2), Spot(1, 2), Spot(0, 1)]
    assert side_by_side([(0, 4), (1, 4), (2, 4)], 2) == [Spot(0, 2), Spot(1, 2), None]


@given(EXTENTS, st.integers(1, 3))
def test_in_rows_never_puts_two_that_overlap_on_a_row_and_drops_only_what_has_none(
    extents: list[tuple[int, int]], most: int
) -> None:
    rows = in_rows(extents, most)
    placed = [(row, extent) for row, extent in zip(rows, extents, strict=True) if row is not None]
    for (row, (first, last)), (other, (begins, ends)) in combinations(placed, 2):
        assert row != other or last <= begins or ends <= first
    for row, (first, last) in zip(rows, extents, strict=True):
        if row is None:
            assert sum(first < ends and begins < last for _, (begins, ends) in placed) >= most


@given(EXTENTS)
def test_run_together_covers_the_same_steps_and_leaves_gaps_between(extents: list[tuple[int, int]]) -> None:
    joined = run_together(extents)
    steps = {step for first, last in extents for step in range(first, last)}
    assert {step for (first, last), _ in joined for step in range(first, last)} == steps
    assert all(one[0][1] < two[0][0] for one, two in zip(joined, joined[1:], strict=False))
    assert sorted(part for _, parts in joined for part in parts) == list(range(len(extents)))
