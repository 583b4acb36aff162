"""The engine against the oracle: none missed, none invented."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from apps.calendar.enums import ConflictKind, ConflictSeverity, Duty, PeriodKind
from apps.calendar.rules import (
    EVERYTHING,
    Around,
    Finding,
    InForce,
    Limit,
    Needed,
    Part,
    Plan,
    Rulebook,
    examine,
    scope_from,
)
from apps.catalog.enums import DependencyKind
from apps.catalog.rules.impact import Graph, Node, build_graph, tie_of
from tests.calendar.oracle import expected

START = datetime(2030, 3, 30, 23, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SIZE = 6
PARTS = [
    Part(
        at,
        f"model:default/m{at}",
        ("model", "dataset")[at % 2],
        1 + at % 3,
        ("red", "blue")[at % 2],
        (f"pool:{at % 2}",) if at > 3 else (),
        "production",
    )
    for at in range(SIZE)
]

scopes = st.one_of(
    st.just(EVERYTHING),
    st.sampled_from(PARTS).map(lambda part: scope_from({"covers": {"component": [part.key]}})),
    st.sampled_from(["red", "blue"]).map(lambda team: scope_from({"covers": {"team": [team]}})),
    st.sampled_from("123").map(
        lambda tier: scope_from({"covers": {"tier": [tier]}, "leaves_out": {"change_class": ["urgent"]}})
    ),
    st.sampled_from(["0", "1"]).map(lambda pool: scope_from({"leaves_out": {"tag": [f"pool:{pool}"]}})),
)
minute = st.integers(0, 240)


def at(number: int) -> datetime:
    return START + MINUTE * number


@st.composite
def graphs(draw: Callable[..., Any]) -> Graph:
    nodes = [
        Node(
            part.id,
            part.key,
            part.kind,
            part.key,
            part.tier,
            None,
            part.team,
            part.tags,
            part.environment,
        )
        for part in PARTS
    ]
    ends = st.tuples(
        st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.sampled_from(DependencyKind.values)
    )
    ties = draw(st.lists(ends, max_size=9))
    return build_graph(1, nodes, [tie_of(one, two, kind, None) for one, two, kind in ties if one != two])


@st.composite
def plans(draw: Callable[..., Any]) -> list[Plan]:
    made = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        start = draw(minute)
        parts = draw(st.sets(st.integers(0, SIZE - 1), min_size=1, max_size=3))
        people = draw(
            st.sets(st.tuples(st.integers(1, 3), st.sampled_from([Duty.LEAD, Duty.APPROVER])), max_size=2)
        )
        made.append(
            Plan(
                number,
                at(start),
                at(start + draw(st.integers(1, 60))),
                {part: PARTS[part] for part in parts},
                draw(st.sampled_from(["normal", "urgent"])),
                tuple(Needed(*each) for each in sorted(people)),
                live=draw(st.integers(0, 4)) > 0,
            )
        )
    return made


@st.composite
def times(draw: Callable[..., Any]) -> list[InForce]:
    found = []
    for period in range(1, draw(st.integers(0, 4)) + 1):
        kind, scope = draw(st.sampled_from(list(PeriodKind))), draw(scopes)
        people = (draw(st.integers(1, 3)),) if kind == PeriodKind.ON_CALL else ()
        begins = draw(minute)
        for _ in range(draw(st.integers(1, 3))):
            ends = begins + draw(st.integers(1, 50))
            found.append(InForce(period, kind, at(begins), at(ends), scope, people))
            begins = ends + draw(st.integers(0, 60))
    return sorted(found, key=lambda each: (each.start, each.end, each.period))


depths = st.sampled_from([None, 0, 1, 2])
limits = st.lists(
    st.builds(Limit, st.sampled_from(["a", "b"]), scopes, st.integers(1, 2)),
    max_size=2,
    unique_by=lambda one: one.name,
)
rulebooks = st.builds(
    Rulebook,
    reads=depths,
    writes=depths,
    cooldown=st.dictionaries(st.sampled_from([1, 2]), st.sampled_from([20 * MINUTE, 90 * MINUTE])),
    back_to_back=st.sampled_from([0 * MINUTE, 30 * MINUTE]),
    limits=limits.map(tuple),
)


def told(found: list[Finding]) -> dict[Any, int]:
    assert len({each.identity for each in found}) == len(found)
    return {each.identity: len(each.path) for each in found}


def windowed(given_times: list[InForce]) -> list[InForce]:
    found: dict[int, InForce] = {}
    for one in given_times:
        if one.kind == PeriodKind.MAINTENANCE:
            first = found.setdefault(one.period, one)
            found[one.period] = replace(first, end=max(first.end, one.end))
    return list(found.values())


@given(graphs(), rulebooks, plans(), times())
def test_engine_equals_the_oracle(
    graph: Graph, rulebook: Rulebook, given_plans: list[Plan], given_times: list[InForce]
) -> None:
    around = Around(graph, rulebook, given_times, windowed(given_times))
    found = examine(around, given_plans, {plan.id for plan in given_plans})
    assert told(found) == expected(graph, rulebook, given_plans, given_times, windowed(given_times))


@given(graphs(), rulebooks, plans(), times())
def test_what_is_found_about_one_is_what_is_found_about_all_that_names_it(
    graph: Graph, rulebook: Rulebook, given_plans: list[Plan], given_times: list[InForce]
) -> None:
    around = Around(graph, rulebook, given_times, windowed(given_times))
    every = {each.identity: each for each in examine(around, given_plans, {plan.id for plan in given_plans})}
    for plan in given_plans:
        mine = {each.identity: each for each in examine(around, given_plans, {plan.id})}
        assert mine == {key: each for key, each in every.items() if plan.id in (each.first, each.other)}


@given(graphs(), rulebooks, plans(), times())
def test_path_leads_from_one_side_to_what_the_other_alone_moves(
    graph: Graph, rulebook: Rulebook, given_plans: list[Plan], given_times: list[InForce]
) -> None:
    by_id = {plan.id: plan for plan in given_plans}
    around = Around(graph, rulebook, given_times, windowed(given_times))
    ties = {(graph.nodes[tie.source].key, graph.nodes[tie.target].key, tie.kind) for tie in graph.ties}
    for found in examine(around, given_plans, by_id.keys()):
        assert found.start < found.end
        if found.kind in (ConflictKind.READS, ConflictKind.WRITES):
            assert found.other is not None
            sides = by_id[found.first], by_id[found.other]
            source, target = sides if found.forward else sides[::-1]
            assert found.path[0] in {part.key for part in source.parts.values()}
            alone = {part.key for key, part in target.parts.items() if key not in source.parts}
            assert found.path[-1] in alone
            steps = list(zip(found.path, found.path[1:], strict=False))
            kinds = [{kind for one, two, kind in ties if (one, two) == step} for step in steps]
            assert all(kinds)
            if found.kind == ConflictKind.READS:
                assert all(each - {"writes"} for each in kinds)
            else:
                assert any("writes" in each for each in kinds)


def test_rulebook_by_default_names_every_kind_of_conflict() -> None:
    assert set(Rulebook().severities) == set(ConflictKind)
    assert set(Rulebook().severities.values()) == set(ConflictSeverity)


def test_every_kind_of_conflict_is_explained_with_a_picture() -> None:
    docs = Path(settings.BASE_DIR) / "docs"
    text = (docs / "change-managers.md").read_text()
    for kind in ConflictKind:
        assert f"(images/conflict-{kind}.svg)" in text
        assert "<title" in (docs / "images" / f"conflict-{kind}.svg").read_text()
