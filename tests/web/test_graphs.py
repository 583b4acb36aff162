"""Pictures of graphs: the same each time, nothing outside, nothing over another, whatever the ties."""

from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.catalog.enums import ComponentKind
from apps.web.graphs import Arrow, Box, draw

KINDS = ComponentKind.values
boxes = st.integers(1, 12).map(lambda count: [Box(at, KINDS[at % 6], f"part-{at}") for at in range(count)])
arrows = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40)


@settings(deadline=None)
@given(boxes, arrows)
def test_draw_of_any_graph_is_whole_and_repeatable(nodes: list[Box], pairs: list[tuple[int, int]]) -> None:
    ties = [Arrow(source, target) for source, target in pairs]
    drawing = draw(nodes, ties, title="t")
    assert drawing == draw(nodes, ties, title="t")
    assert [placed.box for placed in drawing.boxes] == nodes
    for placed in drawing.boxes:
        assert 0 <= placed.x <= drawing.width - 160
        assert 0 <= placed.y <= drawing.height - 50
    spots = [(placed.x, placed.y) for placed in drawing.boxes]
    for at, (x, y) in enumerate(spots):
        for other_x, other_y in spots[at + 1 :]:
            assert abs(x - other_x) > 160 or abs(y - other_y) >= 52
    known = {box.id for box in nodes}
    assert len(drawing.curves) == len({(a, b) for a, b in pairs if a != b and {a, b} <= known})


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_draw_of_a_graph_without_cycles_runs_left_to_right(pairs: list[tuple[int, int]]) -> None:
    ties = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    drawing = draw(
        [Box(at, "service", str(at)) for at in range(9)], [Arrow(a, b) for a, b in ties], title="t"
    )
    across = {placed.box.id: placed.x for placed in drawing.boxes}
    assert all(across[a] < across[b] for a, b in ties)


def test_draw_wraps_a_long_name_and_cuts_nothing() -> None:
    name = "a-very-long-name-of-a-component-that-nobody-should-ever-have-chosen"
    (placed,) = draw([Box(1, "model", name, "High · tier 1")], [], title="t").boxes
    assert "".join(line for _, line in placed.lines) == name
    assert len(placed.lines) > 1


def test_graph_template_escapes_names_and_holds_no_style() -> None:
    nodes = [Box(1, "dataset", "<b>", "n", "here", "/x/"), Box(2, "product", "two")]
    shown = render_to_string(
        "_graph.html", {"drawing": draw(nodes, [Arrow(1, 2, "read by")], title='A "title"')}
    )
    assert "&lt;b&gt;" in shown
    assert "A &quot;title&quot;" in shown
    assert "<title>Dataset &lt;b&gt;: n</title>" in shown
    assert "read by" in shown
    assert "style=" not in shown
    assert 'class="shape inner"' in shown
