"""Draws a dependency graph: boxes in columns, left to right as an impact flows, and curves between them.

``draw`` works out where everything goes; ``templates/_graph.html`` turns the answer into SVG. The shape of a box
says its kind, its outline and second line say how it stands to what the page is about. Whoever shows a graph
shows a table with the same content beside it.
"""

import textwrap
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from apps.catalog.enums import ComponentKind
from apps.web.graphs.layout import Grid, grid_of
from apps.web.graphs.shapes import outline

WRAP = 26
CHARACTER = 7.4
"""Width in pixels of an average character of a label, at 13.5 px and weight 600."""
GAP = 62
"""Between columns; wide enough for an arrow and a short label."""
ROW_GAP = 24
LINE = 16
HEAD = 28
LEAST_WIDTH = 880
STEP = 100


@dataclass(frozen=True)
class Box:
    """A component in a picture.

    ``tone`` is the class of its outline: changed, here, hit-1 (high), hit-2 (medium), hit-3 (low). ``note`` is its
    second line, such as "High · tier 1".
    """

    id: Hashable
    kind: str
    label: str
    note: str = ""
    tone: str = ""
    url: str = ""

    @property
    def kind_word(self) -> str:
        """Return its kind as people read it."""
        return ComponentKind(self.kind).label


@dataclass(frozen=True)
class Arrow:
    """An impact from one box to another. ``hot`` marks the ties between changed components."""

    source: Hashable
    target: Hashable
    label: str = ""
    hot: bool = False


@dataclass(frozen=True)
class PlacedBox:
    """A box with its outline and its lines of text, in its own coordinates, and where it stands."""

    box: Box
    x: float
    y: float
    shape: str
    inner: str
    lines: list[tuple[float, str]]
    middle: float
    note_y: float


@dataclass(frozen=True)
class PlacedText:
    """A text centred at a point."""

    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Curve:
    """The line of an arrow."""

    d: str
    hot: bool


@dataclass
class Drawing:
    """Everything that the template needs. ``title`` says in words what the picture shows."""

    title: str
    width: float
    height: float
    boxes: list[PlacedBox] = field(default_factory=list)
    curves: list[Curve] = field(default_factory=list)
    labels: list[PlacedText] = field(default_factory=list)
    heads: list[PlacedText] = field(default_factory=list)

    @property
    def size_class(self) -> str:
        """Return the class that keeps a wide picture at its own size; it then scrolls inside its region."""
        return f"gw{min(40, round(self.width / STEP))}"


def draw(
    boxes: Sequence[Box],
    arrows: Iterable[Arrow],
    *,
    title: str,
    heads: tuple[str, str] | None = None,
) -> Drawing:
    """Lay out a graph. The same boxes and arrows always give the same picture; cycles and lone boxes are fine.

    Args:
        boxes: in the order in which a reader should meet them.
        arrows: from cause to effect. Arrows to boxes that are not there, to themselves, and doubles are left out.
        title: the picture in words, read out in its stead.
        heads: headings for what lies left and right of the box whose tone is ``here``.
    """
    number = {box.id: place for place, box in enumerate(boxes)}
    kept: dict[tuple[int, int], Arrow] = {}
    for arrow in arrows:
        ends = (number.get(arrow.source, -1), number.get(arrow.target, -1))
        if -1 not in ends and ends[0] != ends[1]:
            kept.setdefault(ends, arrow)
    size = _Size.of(boxes)
    grid = grid_of(len(boxes), list(kept), size.height + ROW_GAP)
    return _Painter(boxes, kept, grid, size, title).paint(heads)


@dataclass(frozen=True)
class _Size:
    width: float
    height: float

    @staticmethod
    def of(boxes: Sequence[Box]) -> "_Size":
        lines = [line for box in boxes for line in _wrapped(box.label)]
        longest = max(map(len, lines + [box.note for box in boxes]), default=0)
        tallest = max((len(_wrapped(box.label)) for box in boxes), default=1)
        return _Size(max(162.0, round(longest * CHARACTER + 34)), 36.0 + LINE * tallest)


def _wrapped(label: str) -> list[str]:
    return textwrap.wrap(label, WRAP, break_on_hyphens=True) or [""]


class _Painter:
    def __init__(
        self, boxes: Sequence[Box], arrows: dict[tuple[int, int], Arrow], grid: Grid, size: _Size, title: str
    ) -> None:
        self.boxes, self.arrows, self.grid, self.size = boxes, arrows, grid, size
        columns = max((grid.columns[at] for at in range(len(boxes))), default=0) + 1
        natural = columns * size.width + (columns - 1) * GAP + 4
        width = max(LEAST_WIDTH, natural)
        self.left = (width - natural) / 2 + 2
        height = HEAD + max((grid.downs[at] for at in range(len(boxes))), default=0) + size.height + 4
        self.drawing = Drawing(title, round(width, 1), round(height, 1))

    def paint(self, heads: tuple[str, str] | None) -> Drawing:
        """Return the finished drawing."""
        for at, box in enumerate(self.boxes):
            self.drawing.boxes.append(self._box(at, box))
        for (source, target), arrow in sorted(self.arrows.items(), key=lambda item: item[0]):
            stops = self.grid.chains.get((source, target), [source, target])
            self.drawing.curves.append(Curve(self._curve(stops), arrow.hot))
            if arrow.label:
                self.drawing.labels.append(self._label(stops, arrow.label))
        if heads:
            self._head(heads)
        return self.drawing

    def _x(self, at: int) -> float:
        return self.left + self.grid.columns[at] * (self.size.width + GAP)

    def _y(self, at: int) -> float:
        return HEAD + self.grid.downs[at]

    def _box(self, at: int, box: Box) -> PlacedBox:
        wide, high = self.size.width, self.size.height
        lines = _wrapped(box.label)
        text_height = LINE * (len(lines) + bool(box.note))
        top = (high - text_height) / 2 + 12 + (7 if box.kind == "dataset" else 0)
        shape, inner = outline(box.kind, wide, high)
        placed = [(round(top + LINE * row, 1), line) for row, line in enumerate(lines)]
        return PlacedBox(
            box, round(self._x(at), 1), round(self._y(at), 1), shape, inner, placed, round(wide / 2, 1),
            round(top + LINE * len(lines), 1),
        )  # fmt: skip

    def _middle(self, at: int) -> float:
        return self._y(at) + self.size.height / 2

    def _curve(self, stops: list[int]) -> str:
        """Return a path from the side of the first box to the side of the last, level across every column between."""
        wide = self.size.width
        onward = self.grid.columns[stops[-1]] >= self.grid.columns[stops[0]]
        near, far = (wide + 1, -2.0) if onward else (-1.0, wide + 2)
        x, y = self._x(stops[0]) + near, self._middle(stops[0])
        parts = [f"M{x:.1f} {y:.1f}"]
        for at in stops[1:]:
            to_x, to_y = self._x(at) + far, self._middle(at)
            half = (x + to_x) / 2
            parts.append(f"C{half:.1f} {y:.1f} {half:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
            x, y = to_x, to_y
            if at != stops[-1]:
                x = self._x(at) + (wide if onward else 0)
                parts.append(f"L{x:.1f} {y:.1f}")
        return "".join(parts)

    def _label(self, stops: list[int], text: str) -> PlacedText:
        first, second = stops[0], stops[1]
        onward = self.grid.columns[second] >= self.grid.columns[first]
        x = self._x(first) + (self.size.width + GAP / 2 if onward else -GAP / 2)
        return PlacedText(text, round(x, 1), round((self._middle(first) + self._middle(second)) / 2 - 6, 1))

    def _head(self, heads: tuple[str, str]) -> None:
        here = next((at for at, box in enumerate(self.boxes) if box.tone == "here"), None)
        if here is None:
            return
        column = self.grid.columns[here]
        used = {self.grid.columns[at] for at in range(len(self.boxes))}
        for text, side in zip(
            heads, ([c for c in used if c < column], [c for c in used if c > column]), strict=True
        ):
            if side:
                middle = (min(side) + max(side)) / 2
                x = self.left + middle * (self.size.width + GAP) + self.size.width / 2
                self.drawing.heads.append(PlacedText(text, round(x, 1), 14))
