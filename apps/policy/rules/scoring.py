"""The score of risk: points that add up, each with where it comes from."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOST_POINTS = 1_000
LOWEST = "low"
BANDS = ("moderate", "high", "severe")


@dataclass(frozen=True, slots=True)
class Term:
    """One term. ``points`` is None when it is not known, and ``reason`` says why."""

    rule: str
    label: str
    points: float | None
    source: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of the terms that are known. When it is not ``complete``, the risk is at least so high or unknown."""

    terms: tuple[Term, ...]
    points: float
    band: str
    complete: bool


def score_of(terms: Iterable[Term], bands: Mapping[str, float]) -> Score:
    """Return the score: the sum in hundredths, so that it is what a reader of the terms adds up, in any order."""
    found = tuple(terms)
    points = round(math.fsum(one.points for one in found if one.points is not None), 2)
    return Score(found, points, band_of(points, bands), all(one.points is not None for one in found))


def band_of(points: float, bands: Mapping[str, float]) -> str:
    """Return the gravest band that has begun at so many points."""
    return next((name for name in reversed(BANDS) if points >= bands[name]), LOWEST)
