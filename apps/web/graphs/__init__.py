"""Draws dependency graphs as SVG: ``draw(boxes, arrows, title=…)`` gives what ``templates/_graph.html`` shows."""

from apps.web.graphs.drawing import Arrow, Box, Drawing, draw

__all__ = ["Arrow", "Box", "Drawing", "draw"]
