"""The conflict engine against the oracle: none missed, none invented, each path the shortest."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.calendar.enums import ConflictKind
from apps.calendar.rules import Meeting, Part, Plan, meetings
from apps.calendar.rules.reach import reach_of
from apps.catalog.rules.impact import Graph, Node, build_graph, tie_of
from tests.calendar.oracle import distances, expected

BASE = datetime(2026, 10, 25, tzinfo=UTC)
SIZE = 8
PARTS = [Part(pk, f"model:default/{chr(96 + pk)}", "model", 2, None) for pk in range(1, SIZE + 1)]

ties = st.lists(
    st.tuples(st.integers(1, SIZE), st.integers(1, SIZE), st.sampled_from(["reads", "writes"])), max_size=14
)
windows = st.tuples(
    st.integers(0, 30), st.integers(1, 12), st.sets(st.integers(1, SIZE), min_size=1, max_size=3)
)


def drawn(edges: list[tuple[int, int, str]]) -> Graph:
    nodes = [Node(part.id, part.key, part.kind, part.key, part.tier, None) for part in PARTS]
    return build_graph(1, nodes, [tie_of(a, b, kind, None) for a, b, kind in edges if a != b])


def planned(rows: list[tuple[int, int, set[int]]]) -> list[Plan]:
    return [
        Plan(
            pk,
            BASE + timedelta(minutes=start),
            BASE + timedelta(minutes=start + length),
            {part: PARTS[part - 1] for part in moved},
        )
        for pk, (start, length, moved) in enumerate(rows, start=1)
    ]


def is_walk(graph: Graph, path: tuple[str, ...]) -> bool:
    onward = {(graph.nodes[tie.source].key, graph.nodes[tie.target].key) for tie in graph.ties}
    return all(step in onward for step in zip(path, path[1:], strict=False))


def ends_match(meeting: Meeting, plans: list[Plan]) -> bool:
    """Tell whether the path starts at what one side moves and ends at what the other alone moves."""
    source, target = (meeting.first, meeting.other) if meeting.forward else (meeting.other, meeting.first)
    ours = {part.key for part in plans[source - 1].parts.values()}
    theirs = {part.key for part in plans[target - 1].parts.values()}
    return meeting.path[0] in ours and meeting.path[-1] in theirs - ours


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ties, st.lists(windows, max_size=7), st.sets(st.integers(1, 7)))
def test_engine_when_plans_are_random_equals_the_oracle(
    edges: list[tuple[int, int, str]], rows: list[tuple[int, int, set[int]]], chosen: set[int]
) -> None:
    graph, plans = drawn(edges), planned(rows)
    wanted = expected(graph, plans)
    found = meetings(graph, plans, {plan.id for plan in plans})
    assert {(met.kind, met.first, met.other): len(met.path) for met in found} == wanted
    assert len(found) == len(wanted)
    for met in found:
        if met.kind == ConflictKind.DEPENDENCY:
            assert is_walk(graph, met.path)
            assert ends_match(met, plans)
    focus = chosen & {plan.id for plan in plans}
    assert meetings(graph, plans, focus) == [met for met in found if {met.first, met.other} & focus]


@settings(max_examples=200, deadline=None)
@given(ties, st.sets(st.integers(1, SIZE)))
def test_reach_when_graph_is_random_equals_the_walks(
    edges: list[tuple[int, int, str]], few: set[int]
) -> None:
    graph = drawn(edges)
    reach, bits = reach_of(graph), {part: bit for bit, part in enumerate(sorted(few))}
    ahead, back = reach.masks(bits), reach.masks_back(bits)
    for part in graph.nodes:
        assert reach.of(ahead, [part]) == sum(1 << bits[end] for end in distances(graph, part) if end in few)
        assert reach.of(back, [part]) == sum(
            1 << bits[start] for start in few if part in distances(graph, start)
        )


def test_meetings_when_two_paths_are_as_short_take_the_first_by_key() -> None:
    graph = drawn([(2, 1, "reads"), (3, 1, "reads"), (4, 2, "reads"), (4, 3, "reads")])
    [met] = meetings(graph, planned([(0, 5, {1}), (4, 5, {4})]), {1})
    assert met.path == ("model:default/a", "model:default/b", "model:default/d")
    assert met.forward


def test_meetings_when_the_second_moves_the_provider_run_backwards() -> None:
    graph = drawn([(1, 2, "reads")])
    [met] = meetings(graph, planned([(0, 5, {1}), (0, 5, {2})]), {1, 2})
    assert (met.path, met.forward) == (("model:default/b", "model:default/a"), False)


def test_meetings_when_windows_only_touch_are_none() -> None:
    assert meetings(drawn([]), planned([(0, 5, {1}), (5, 5, {1})]), {1, 2}) == []


def test_meetings_when_a_component_left_the_graph_still_meet_on_it() -> None:
    gone = Part(99, "model:default/gone", "model", 2, None)
    plans = [Plan(pk, BASE, BASE + timedelta(hours=1), {99: gone}) for pk in (1, 2)]
    [met] = meetings(drawn([]), plans, {1})
    assert met.kind == ConflictKind.SAME_COMPONENT
