"""The blast radius equals what a plain search over all simple paths says."""

import gc
import random
import time

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.enums import ComponentKind, DependencyKind, Severity
from apps.catalog.rules.impact import Graph, Node, Tie, build_graph, tie_of
from apps.catalog.rules.severity import severity_of

NODES = 8
edges = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.sampled_from(DependencyKind.values)),
    max_size=24,
)


def _graph(edges: list[tuple[int, int, str]], keys: list[int] | None = None) -> Graph:
    keys = keys or list(range(NODES))
    nodes = [
        Node(at, f"service:default/{key:02}", ComponentKind.SERVICE, str(at), 1 + at % 4, None)
        for at, key in enumerate(keys)
    ]
    return build_graph(1, nodes, [tie_of(a, b, kind, None) for a, b, kind in edges if a != b])


def _oracle(edges: list[tuple[int, int, str]]) -> nx.DiGraph:
    """Return the impact graph, worked out from the definition alone."""
    found = nx.DiGraph()
    found.add_nodes_from(range(NODES))
    for consumer, provider, kind in edges:
        if consumer != provider:
            found.add_edge(*((consumer, provider) if kind == "writes" else (provider, consumer)))
    return found


@given(
    edges, st.permutations(range(NODES)), st.sets(st.integers(0, NODES - 1)), st.none() | st.integers(0, 4)
)
def test_reach_equals_the_shortest_paths_of_an_independent_search(
    edges: list[tuple[int, int, str]], keys: list[int], starts: set[int], depth: int | None
) -> None:
    graph, oracle = _graph(edges, keys), _oracle(edges)
    hits = graph.reach(starts, depth=depth)
    expected: dict[int, list[str]] = {}
    for target in set(range(NODES)) - starts:
        paths = [
            path
            for start in starts
            if nx.has_path(oracle, start, target)
            for path in nx.all_shortest_paths(oracle, start, target)
        ]
        if paths:
            shortest = min(map(len, paths))
            if depth is None or shortest - 1 <= depth:
                named = [[graph.nodes[at].key for at in path] for path in paths if len(path) == shortest]
                expected[target] = min(named)
    assert {
        hit.component_id: [graph.nodes[step.component_id].key for step in hit.path] for hit in hits
    } == expected
    assert hits.ids == [hit.component_id for hit in hits]
    assert [hits[place] for place in range(len(hits))] == list(hits) == hits[:]
    for hit in hits:
        assert hit.depth == len(hit.path) - 1
        assert hit.severity == severity_of(graph.nodes[hit.component_id].tier, hit.depth)
    assert [(hit.depth, graph.nodes[hit.component_id].key) for hit in hits] == sorted(
        (hit.depth, graph.nodes[hit.component_id].key) for hit in hits
    )


@given(edges, st.integers(0, NODES - 1), st.integers(0, NODES - 1))
def test_reach_against_the_ties_finds_whoever_reaches_it(
    edges: list[tuple[int, int, str]], one: int, other: int
) -> None:
    graph = _graph(edges)
    forward = {hit.component_id: hit.depth for hit in graph.reach([one])}
    backward = {hit.component_id: hit.depth for hit in graph.reach([other], against=True)}
    assert forward.get(other) == backward.get(one)


def test_reach_names_the_kind_of_tie_at_each_step() -> None:
    graph = _graph([(1, 0, "reads"), (1, 2, "writes"), (3, 2, "trains_on")])
    (last,) = (hit for hit in graph.reach([0]) if hit.component_id == 3)
    assert [(step.component_id, step.kind) for step in last.path] == [
        (0, ""),
        (1, "reads"),
        (2, "writes"),
        (3, "trains_on"),
    ]


def test_reach_passes_over_what_is_not_in_the_graph() -> None:
    assert not _graph([]).reach([99])
    assert build_graph(1, [], [Tie(1, 2, "reads", None)]).ties == []


@pytest.mark.parametrize(
    ("tier", "depth", "severity"),
    [
        (1, 1, Severity.HIGH), (1, 2, Severity.HIGH), (1, 3, Severity.MEDIUM), (2, 1, Severity.MEDIUM),
        (2, 2, Severity.MEDIUM), (2, 3, Severity.LOW), (3, 1, Severity.LOW), (4, 1, Severity.LOW),
    ],
)  # fmt: skip
def test_severity_of_follows_the_table(tier: int, depth: int, severity: Severity) -> None:
    assert severity_of(tier, depth) == severity


def test_reach_over_a_large_graph_is_quick() -> None:
    """50,000 components and 250,000 ties: built in under 5 s, walked from 20 components in under 2 s."""
    rng = random.Random(7)
    count = 50_000
    nodes = [
        Node(at, f"service:default/c{at:06}", ComponentKind.SERVICE, f"c{at}", 1 + at % 4, None)
        for at in range(count)
    ]
    ties = [Tie(rng.randrange(count), rng.randrange(count), "calls", None) for _ in range(250_000)]
    gc.collect()
    began = time.process_time()
    graph = build_graph(1, nodes, ties)
    assert graph.after
    built = time.process_time()
    hits = graph.reach(range(20))
    walked = time.process_time()
    print(f"build {built - began:.2f} s, reach {len(hits)} in {walked - built:.2f} s")
    assert len(hits) > 40_000
    assert sum(len(hit.path) for hit in hits[:1000]) > 1000
    assert built - began < 5
    assert walked - built < 2
    graph.spread([1], reads=3, writes=3)
    began = time.process_time()
    for start in range(200):
        graph.spread([start], reads=3, writes=3)
    assert time.process_time() - began < 0.2  # well under a millisecond each
