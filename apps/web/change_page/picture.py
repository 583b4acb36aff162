"""The picture of a change: what it moves and what that reaches, as the revision was signed."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from apps.catalog.enums import DependencyKind, Severity
from apps.catalog.selectors import graph
from apps.changes.selectors import Reading
from apps.web.graphs import Arrow, Box, Drawing, draw
from apps.web.pictures import IMPACT_WORDS, MOST, TONES, address
from apps.web.pictures import said as hit_said

MOST_DRAWN = 512
"""Pictures that a process keeps."""


_Shape = tuple[tuple[tuple[str, str, str, str, str], ...], tuple[tuple[str, str, str], ...]]


def _shape(reading: Reading) -> _Shape:
    """Return boxes (key, kind, title, note, tone) and arrows (from, to, kind) of a revision, as signed."""
    boxes = [
        (item.key, item.kind, item.title, f"Changed · {item.before or 'new'} → {item.after}", "changed")
        for item in reading.items
    ]
    room = max(0, MOST - len(boxes))
    reached = sorted(reading.reached, key=lambda row: row.depth)[:room]
    boxes += [
        (row.key, row.kind, row.title, hit_said(row.severity, row.tier), TONES[Severity(row.severity)])
        for row in reached
    ]
    known = {box[0] for box in boxes}
    moved = [item.key for item in reading.items]
    arrows = {
        (before.key, after.key, after.kind)
        for row in reached
        for before, after in zip(row.path, row.path[1:], strict=False)
        if before.key in known and after.key in known
    }
    return tuple(boxes), tuple(sorted(arrows | _among(moved)))


def _among(keys: list[str]) -> set[tuple[str, str, str]]:
    """Return the ties between what moves. They explain no hit, so the revision does not hold them."""
    known = graph()
    ids = {known.id_of[key] for key in keys if key in known.id_of}
    ties = [tie for at in ids for tie in known.after.get(at, ()) if tie.target in ids]
    return {(known.nodes[tie.source].key, known.nodes[tie.target].key, tie.kind) for tie in ties}


_drawn: dict[tuple[str, int], SafeString] = {}


def picture_of(reading: Reading) -> SafeString:
    """Return the picture of a revision, drawn once a process for as long as the graph stands.

    What a revision reached is signed and stays. The arrows among what moves are those of the graph today.
    """
    key = reading.revision.digest, graph().stamp
    if key not in _drawn:
        if len(_drawn) >= MOST_DRAWN:
            _drawn.clear()
        _drawn[key] = render_to_string("_graph.html", {"drawing": _draw(_shape(reading))})
    return _drawn[key]


def _draw(shape: _Shape) -> Drawing:
    boxes = [Box(key, kind, title, note, tone, address(key)) for key, kind, title, note, tone in shape[0]]
    moved = {box.id for box in boxes if box.tone == "changed"}
    arrows = [
        Arrow(
            source,
            target,
            IMPACT_WORDS[DependencyKind(kind)] if len(boxes) <= 16 else "",
            hot=source in moved and target in moved,
        )
        for source, target, kind in shape[1]
    ]
    title = (
        f"Blast radius: {len(moved)} changed on the left, {len(boxes) - len(moved)} reached to the right. "
        "The table below says the same."
    )
    return draw(boxes, arrows, title=title)
