"""Two versions of a model: metric by metric, and field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.cards.rules.fields import WRITTEN, CardField, is_filled

_KEY = ("name", "slice", "dataset", "split", "task")


@dataclass(frozen=True)
class Difference:
    """One metric on two cards. ``None`` is not measured."""

    name: str
    slice: str
    before: float | None
    after: float | None
    source: str
    clear: bool | None = None
    """Whether the two intervals do not meet; None where one is not known."""
    measured: str = ""
    """What tells it from another metric of the same name and slice: dataset, split and task."""

    @property
    def change(self) -> float | None:
        """Return how much it moved, or None when one side was not measured."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class FieldDifference:
    """A field that the two cards do not say alike."""

    field: CardField
    before: Any
    after: Any


def differences(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> list[Difference]:
    """Return every metric of either card once, in the order of the newer card and then of the older."""
    old, new = ({_key(metric): metric for metric in metrics} for metrics in (before, after))
    return [_difference(old.get(key), new.get(key)) for key in dict.fromkeys([*new, *old])]


def _difference(old: dict[str, Any] | None, new: dict[str, Any] | None) -> Difference:
    named = new or old or {}
    return Difference(
        name=named["name"],
        slice=named["slice"],
        before=old["value"] if old else None,
        after=new["value"] if new else None,
        source=named["source"],
        clear=_apart(old, new) if old and new else None,
        measured=", ".join(filter(None, (named.get(key) for key in _KEY[2:]))),
    )


def _key(metric: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(metric.get(key) or "" for key in _KEY)


def _apart(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool | None:
    bounds = (old["low"], old["high"], new["low"], new["high"])
    if any(each is None for each in bounds):
        return None
    return bool(old["high"] < new["low"] or new["high"] < old["low"])


def field_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldDifference]:
    """Return the fields that differ, in their order, without the metrics, which are compared one by one."""
    return [
        FieldDifference(field, before.get(field.name), after.get(field.name))
        for field in WRITTEN
        if field.name != "metrics" and not _alike(before.get(field.name), after.get(field.name))
    ]


def _alike(before: Any, after: Any) -> bool:
    return bool(before == after) or not (is_filled(before) or is_filled(after))
