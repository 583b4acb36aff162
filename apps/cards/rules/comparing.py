"""Two versions of a model, metric by metric."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One metric on two cards. ``None`` is not measured."""

    name: str
    slice: str
    before: float | None
    after: float | None
    source: str

    @property
    def change(self) -> float | None:
        """Return how much it moved, or None when one side was not measured."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


def differences(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> list[Difference]:
    """Return every metric of either card once, in the order of the newer card and then of the older."""
    old = {(metric["name"], metric["slice"]): metric for metric in before}
    new = {(metric["name"], metric["slice"]): metric for metric in after}
    rows = []
    for key in dict.fromkeys([*new, *old]):
        source = new.get(key, old.get(key, {}))["source"]
        rows.append(Difference(*key, _value(old.get(key)), _value(new.get(key)), source))
    return rows


def _value(metric: dict[str, Any] | None) -> float | None:
    return metric["value"] if metric else None
