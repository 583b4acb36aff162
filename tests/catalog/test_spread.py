"""What a spread tells apart equals what every single walk over the ties says."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.catalog.enums import ComponentKind, DependencyKind
from apps.catalog.rules.impact import Graph, Node, Tie, build_graph, tie_of

NODES = 5
ties = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
        st.sampled_from(DependencyKind.values) | st.just("writes"),
    ).filter(lambda tie: tie[0] != tie[1]),
    max_size=10,
)
bound = st.none() | st.integers(0, 5)
Way = tuple[str, ...]


def drawn(edges: list[tuple[int, int, str]], keys: list[int] | None = None) -> Graph:
    keys = keys or list(range(NODES))
    # Ids that are neither places nor in the order of the keys.
    nodes = [
        Node(10 * (NODES - at), f"service:default/{keys[at]:02}", ComponentKind.SERVICE, str(at), 2, None)
        for at in range(NODES)
    ]
    return build_graph(1, nodes, [tie_of(id_of(a), id_of(b), kind, None) for a, b, kind in edges])


def id_of(at: int) -> int:
    return 10 * (NODES - at)


def walks(
    out: dict[int, list[Tie]], walk: list[int], wrote: bool, been: set
) -> Iterator[tuple[list[int], bool]]:
    """Yield every walk on from here that is nowhere twice in the same state."""
    if len(walk) > 1:
        yield walk, wrote
    for tie in out.get(walk[-1], []):
        state = (tie.target, wrote or tie.kind == "writes")
        if state not in been:
            yield from walks(out, [*walk, tie.target], state[1], been | {state})


def expected(
    graph: Graph, starts: set[int], reads: int | None, writes: int | None, against: bool
) -> dict[str, dict[int, Way]]:
    """Return, for both kinds of dependence, the best way between the starts and each component that has one."""
    out: dict[int, list[Tie]] = {}
    for tie in graph.ties:
        out.setdefault(tie.source, []).append(tie)
    found: dict[str, dict[int, Way]] = {"reads": {}, "writes": {}}
    for origin in graph.nodes if against else starts:
        for walk, wrote in walks(out, [origin], False, {(origin, False)}):
            here, there = (walk[-1], walk[0]) if against else (walk[0], walk[-1])
            how, most = ("writes", writes) if wrote else ("reads", reads)
            if here not in starts or there in starts or (most is not None and len(walk) - 1 > most):
                continue
            way = tuple(graph.nodes[at].key for at in walk)
            best = found[how].get(there, way)
            found[how][there] = min(best, way, key=lambda each: (len(each), each))
    return found


@settings(max_examples=500, deadline=None)
@given(
    ties,
    st.permutations(range(NODES)),
    st.sets(st.integers(0, NODES - 1), max_size=3),
    bound,
    bound,
    st.booleans(),
)
def test_spread_when_the_graph_is_random_equals_every_walk(
    edges: list[tuple[int, int, str]],
    keys: list[int],
    starts: set[int],
    reads: int | None,
    writes: int | None,
    against: bool,
) -> None:
    graph, origins = drawn(edges, keys), {id_of(start) for start in starts}
    wanted = expected(graph, origins, reads, writes, against)
    spread = graph.spread(origins, reads=reads, writes=writes, against=against)
    for how, reached in (("reads", spread.reads), ("writes", spread.writes)):
        assert dict(reached) == {at: len(way) - 1 for at, way in wanted[how].items()}
        assert len(reached) == len(wanted[how])
        for at in graph.nodes:
            assert (at in reached) == (at in wanted[how])
        assert {at: spread.path(at, how) for at in reached} == wanted[how]
        assert list(reached) == sorted(reached, key=lambda at: (reached[at], graph.nodes[at].key))


@settings(max_examples=200, deadline=None)
@given(ties, st.integers(0, NODES - 1), st.integers(0, NODES - 1))
def test_spread_when_walked_from_either_end_names_the_same_way(
    edges: list[tuple[int, int, str]], one: int, other: int
) -> None:
    graph = drawn(edges)
    ahead = graph.spread([id_of(one)], reads=None, writes=None)
    back = graph.spread([id_of(other)], reads=None, writes=None, against=True)
    for how in ("reads", "writes"):
        met = id_of(other) in getattr(ahead, how)
        assert met == (id_of(one) in getattr(back, how))
        if met:
            assert ahead.path(id_of(other), how) == back.path(id_of(one), how)


def test_spread_when_a_walk_comes_by_twice_counts_both_visits() -> None:
    # b reads a, b writes c, b reads c: what a changes reaches b by reading; b's writing comes back to it through c.
    graph = drawn([(1, 0, "reads"), (1, 2, "writes"), (1, 2, "reads")])
    spread = graph.spread([id_of(0)], reads=None, writes=None)
    assert dict(spread.reads) == {id_of(1): 1}
    assert dict(spread.writes) == {id_of(2): 2, id_of(1): 3}
    b, c = "service:default/01", "service:default/02"
    assert spread.path(id_of(1), "writes") == ("service:default/00", b, c, b)


def test_spread_passes_over_what_is_not_in_the_graph() -> None:
    spread = drawn([(1, 0, "reads")]).spread([99], reads=None, writes=None)
    assert not spread.reads
    assert 99 not in spread.reads
    with pytest.raises(KeyError):
        spread.path(id_of(1), "reads")


def test_spread_over_an_empty_graph_reaches_nothing() -> None:
    assert not build_graph(1, [], []).spread([1], reads=None, writes=None).writes


def test_spread_when_two_ties_run_side_by_side_looks_on_from_both_floors() -> None:
    # b reads a and a writes b, so b stands on both floors after one step; only from above does the way go by c.
    graph = drawn(
        [
            (1, 0, "reads"),
            (0, 1, "writes"),
            (2, 1, "reads"),
            (1, 3, "writes"),
            (4, 2, "reads"),
            (4, 3, "reads"),
        ]
    )
    spread = graph.spread([id_of(0)], reads=None, writes=None)
    assert spread.path(id_of(4), "writes") == tuple(f"service:default/0{at}" for at in (0, 1, 2, 4))
