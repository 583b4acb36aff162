"""The pictures of the catalog: what stands around a component, what a change reaches, or a part of the whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.urls import reverse

from apps.catalog.enums import DependencyKind, Severity
from apps.catalog.rules.impact import Graph, Hit, Node, Tie
from apps.web.graphs import Arrow, Box, Drawing, draw

MOST = 60
"""Boxes in one picture. Beyond that nobody can read it, and the table says the rest."""
TONES = {Severity.HIGH: "hit-1", Severity.MEDIUM: "hit-2", Severity.LOW: "hit-3"}
IMPACT_WORDS = {
    DependencyKind.READS: "read by",
    DependencyKind.WRITES: "writes",
    DependencyKind.CALLS: "called by",
    DependencyKind.EMBEDS: "part of",
    DependencyKind.TRAINS_ON: "trains",
}
"""What an arrow says, from where an impact starts to where it arrives."""
SIDES = ("What it relies on", "What relies on it")


@dataclass(frozen=True)
class Picture:
    """A drawing, the components in it nearest first, and how many found no room."""

    drawing: Drawing
    shown: list[int]
    left_out: int


def address(key: str) -> str:
    """Return the page of a component."""
    return reverse("web:component", args=[key])


def said(severity: str, tier: int) -> str:
    """Return how hard something is hit, as the second line of its box: "High · tier 1"."""
    return f"{Severity(severity).label} · tier {tier}"


def around(graph: Graph, component_id: int, *, back: int, hops: int, note: str = "") -> Picture:
    """Return what a component relies on to its left, and what relies on it to its right.

    ``back`` says how many steps to go to the left, ``hops`` how many to the right.
    """
    right = graph.reach([component_id], depth=hops)
    # In a circle something can lie on both sides; it then counts as something that is reached.
    reached = set(right.ids)
    relied_on = graph.reach([component_id], depth=back, against=True)
    left = [hit for hit in relied_on if hit.component_id not in reached]
    share = MOST // 2
    nodes = graph.nodes
    boxes = [_relied_on(nodes[hit.component_id], hit) for hit in reversed(left[:share])]
    boxes.append(_box(nodes[component_id], "here", note or f"This {_word(nodes[component_id])}"))
    boxes += [_hit_box(nodes[hit.component_id], hit) for hit in right[:share]]
    ids = {box.id for box in boxes}
    title = (
        f"{nodes[component_id].label} relies on {_count(left)} to its left; {_count(right)} to its right rely on it. "
        "The table below says the same."
    )
    drawing = draw(boxes, _arrows(graph, ids), title=title, heads=SIDES)
    shown = [hit.component_id for hit in (*left[:share], *right[:share])]
    return Picture(drawing, shown, len(left) + len(right) - len(shown))


def blast(graph: Graph, changed: Mapping[int, str], hits: Sequence[Hit], *, title: str) -> Picture:
    """Return what a change moves and what it reaches. ``changed`` gives each moved component its second line."""
    nodes = graph.nodes
    boxes = [_box(nodes[at], "changed", note) for at, note in changed.items() if at in nodes]
    reached = list(
        islice((hit for hit in hits if hit.component_id not in changed), max(0, MOST - len(boxes)))
    )
    boxes += [_hit_box(nodes[hit.component_id], hit) for hit in reached]
    ids = {box.id for box in boxes}
    arrows = _arrows(graph, ids, hot=set(changed), worded=len(boxes) <= 16)
    shown = [hit.component_id for hit in reached]
    return Picture(draw(boxes, arrows, title=title), shown, len(hits) - len(shown))


def part(graph: Graph, component_ids: Iterable[int], *, title: str) -> Picture:
    """Return these components and the ties between them."""
    ids = sorted((at for at in component_ids if at in graph.nodes), key=lambda at: graph.nodes[at].key)
    shown = ids[:MOST]
    boxes = [_box(graph.nodes[at], "", f"Tier {graph.nodes[at].tier}") for at in shown]
    return Picture(draw(boxes, _arrows(graph, set(shown)), title=title), shown, len(ids) - len(shown))


def _arrows(
    graph: Graph, ids: set[object], *, hot: set[int] | None = None, worded: bool = False
) -> list[Arrow]:
    among: list[Tie] = [tie for at in ids for tie in graph.after.get(at, ()) if tie.target in ids]  # type: ignore[call-overload]
    moved = hot or set()
    return [
        Arrow(
            tie.source, tie.target, IMPACT_WORDS[DependencyKind(tie.kind)] if worded else "",
            hot=tie.source in moved and tie.target in moved,
        )
        for tie in among
    ]  # fmt: skip


def _box(node: Node, tone: str, note: str) -> Box:
    return Box(node.id, node.kind, node.label, note, tone, address(node.key))


def _hit_box(node: Node, hit: Hit) -> Box:
    return _box(node, TONES[hit.severity], said(hit.severity, node.tier))


def _relied_on(node: Node, hit: Hit) -> Box:
    verbs = {
        "reads": "Read",
        "writes": "Writes it",
        "calls": "Called",
        "embeds": "Part of it",
        "trains_on": "Trained on",
    }
    direct = verbs[hit.path[-1].kind] if hit.depth == 1 else "Further back"
    return _box(node, "", f"{direct} · tier {node.tier}")


def _word(node: Node) -> str:
    return node.kind.replace("_", " ")


def _count(hits: Sequence[Hit]) -> str:
    return "1 component" if len(hits) == 1 else f"{len(hits)} components"
