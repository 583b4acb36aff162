"""Two versions of a model beside each other: what was measured, how each was made, and which settings differ."""

from collections.abc import Iterable
from math import isfinite

from apps.web.consequences import listed
from apps.web.evidence.blocks import Content, Table
from apps.web.evidence.measures import difference, measure_name, number, short
from apps.web.interval_plot import Interval, Plot, plot

FEW = 6
"""Rows of settings that are read at a glance."""


def compared(item: Content) -> Table:
    """Return what was measured of the two versions, a measure a row."""
    before, after = item["from"], item["to"]
    old, new = (before or {}).get("metrics") or {}, after["metrics"] or {}
    rows = [
        [
            measure_name(name),
            _measured(name, old),
            _measured(name, new),
            difference(old.get(name), new.get(name)),
        ]
        for name in dict.fromkeys([*new, *old])
        if not _is_end_of_interval(name, {**old, **new})
    ]
    columns = [
        "Measure",
        f"Version {before['version']}" if before else "Before",
        f"Version {after['version']}",
    ]
    title = f"Version {after['version']} against version {before['version']}" if before else "As measured"
    return Table(title, [*columns, "Difference"], rows, "As the registry measured it", numeric=True)


def plots(item: Content) -> Iterable[Plot]:
    """Yield a drawing of each measure that the registry gives with its interval, at most two."""
    before, after = item["from"], item["to"]
    new = after["metrics"] or {}
    drawn = [name for name in new if _interval(name, after) is not None][:2]
    for name in drawn:
        found = _interval(name, after)
        if found is not None:
            yield plot(measure_name(name), found, _interval(name, before) if before else None)


def _interval(name: str, version: Content) -> Interval | None:
    """Return a measure with its interval: MLflow has no word for it, so ``auc_low`` and ``auc_high`` are its ends."""
    metrics = version["metrics"] or {}
    given = [metrics.get(key) for key in (name, f"{name}_low", f"{name}_high")]
    ends = [float(end) for end in given if isinstance(end, int | float) and isfinite(end)]
    if len(ends) < 3:
        return None
    value, low, high = ends
    return Interval(f"Version {version['version']}", value, low, high) if low <= high else None


def _is_end_of_interval(name: str, metrics: Content) -> bool:
    base, _, end = name.rpartition("_")
    return end in ("low", "high") and base in metrics


def _measured(name: str, metrics: Content) -> str:
    low, high = metrics.get(f"{name}_low"), metrics.get(f"{name}_high")
    said = number(metrics.get(name))
    return f"{said} ({number(low)} to {number(high)})" if low is not None and high is not None else said


def made(item: Content) -> list[tuple[str, str]]:
    """Return what a version was made from, and what is different."""
    after = item["to"]
    data = listed([f"{one['name']} ({short(one.get('digest', ''))})" for one in after["datasets"] or []])
    return [
        ("Training data", data or "Not recorded"),
        ("Code", short(after["code_commit"]) or "Not recorded"),
        ("What is different", item["difference"] or "Not said"),
    ]


def settings(item: Content) -> Table | None:
    """Return the settings that differ, or None where none does."""
    old = (item["from"] or {}).get("hyperparameters") or {}
    new = item["to"]["hyperparameters"] or {}
    rows = [
        [name, str(old.get(name, "Not set")), str(new.get(name, "Not set"))]
        for name in sorted({*old, *new}, key=lambda name: (name not in old or name not in new, name))
        if old.get(name) != new.get(name)
    ]
    kept = sum(old[name] != new[name] for name in {*old} & {*new})
    aside = f"{kept} changed, {len({*new} - {*old})} new, {len({*old} - {*new})} gone"
    columns = ["Setting", "Before", "After"]
    return Table("Settings that differ", columns, rows, aside, folded=len(rows) > FEW) if rows else None
