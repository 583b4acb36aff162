"""One measure of two versions with their intervals, drawn side by side on one scale."""

import math
from dataclasses import dataclass

LEFT, RIGHT, TOP, ROW = 96.0, 630.0, 26.0, 30.0


@dataclass(frozen=True)
class Interval:
    """A measured value with its interval, in the unit of the measure."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Mark:
    """An interval in the coordinates of the drawing, with what it says in words."""

    label: str
    said: str
    y: float
    x: float
    x1: float
    x2: float
    is_new: bool


@dataclass(frozen=True)
class Plot:
    """A drawing of a measure, with the sentence that says the same."""

    title: str
    aside: str
    said: str
    marks: list[Mark]
    ticks: list[tuple[float, str]]
    axis: float
    height: float
    kind: str = "plot"


def plot(measure: str, new: Interval, old: Interval | None) -> Plot:
    """Return the drawing of a measure: the new version above the old one, if there is one."""
    shown = [new, *([old] if old else [])]
    low, high = min(one.low for one in shown), max(one.high for one in shown)
    # Values that hardly differ still get a scale that a float can tell apart.
    step = _step(max(high - low, abs(high) * 1e-9, abs(low) * 1e-9, 1e-12))
    start, end = math.floor(low / step) * step, math.ceil(high / step) * step
    end = end if end > start else start + step
    axis = TOP + ROW * len(shown) - 4

    def at(value: float) -> float:
        share = (value - start) / (end - start)
        return round(LEFT + min(max(share, 0.0), 1.0) * (RIGHT - LEFT), 1)

    marks = [
        Mark(
            one.label,
            _said(one),
            TOP + ROW * row,
            at(one.value),
            at(one.low),
            at(one.high),
            is_new=one is new,
        )
        for row, one in enumerate(shown)
    ]
    count = round((end - start) / step)
    ticks = [(at(start + step * number), f"{start + step * number:.6g}") for number in range(count + 1)]
    return Plot(
        f"{measure}, with its interval",
        "As the registry measured it",
        _verdict(new, old),
        marks,
        ticks,
        axis,
        axis + 24,
    )


def _step(span: float) -> float:
    """Return a round step that cuts a span into three to eight parts."""
    magnitude = 10.0 ** math.floor(math.log10(span / 4))
    return next(magnitude * factor for factor in (1, 2, 5, 10) if magnitude * factor * 5 >= span)


def _said(one: Interval) -> str:
    return f"{one.label}: {one.value:.4g}, between {one.low:.4g} and {one.high:.4g}"


def _verdict(new: Interval, old: Interval | None) -> str:
    if old is None:
        return f"{_said(new)}."
    apart = new.low > old.high or new.high < old.low
    verdict = (
        "The intervals are apart."
        if apart
        else "The intervals overlap: part of the difference may be chance."
    )
    return f"{_said(new)}. {_said(old)}. {verdict}"
