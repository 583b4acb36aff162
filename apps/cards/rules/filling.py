"""What the records of a version say on its card, and how that meets what is there already."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.cards.enums import Origin
from apps.cards.rules.columns import METRICS
from apps.cards.rules.fields import BY_NAME, is_filled
from apps.cards.rules.kinds import Kind

Row = dict[str, Any]
Datasets = Sequence[Mapping[str, Any]]
Sources = list[dict[str, str]]

_KEYS = {"metrics": ("name", "slice", "dataset", "split", "task"), "datasets": ("name", "split")}
"""What tells the rows of a field apart. The rows of other fields are one value."""

_USED_FOR = {"training": "training", "train": "training", "validation": "validation", "eval": "validation"}


def metrics_of(measured: Mapping[str, float | None], source: str) -> list[Row]:
    """Return the metrics of a run, by name. ``auc_low`` and ``auc_high`` are the interval of ``auc``."""
    bounds = {f"{name}_{side}" for name in measured for side in ("low", "high")}
    return [
        metric_row(
            name=name,
            value=value,
            low=measured.get(f"{name}_low"),
            high=measured.get(f"{name}_high"),
            source=source,
        )
        for name, value in sorted(measured.items())
        if name not in bounds
    ]


def metric_row(**values: Any) -> Row:
    """Return a metric with every column of the field."""
    return {column.name: values.get(column.name, column.empty) for column in METRICS}


def dataset_rows(datasets: Datasets, known: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """Return a row for each dataset that a run names, with what the catalog knows of it by its name."""
    rows: dict[tuple[str, str], Row] = {}
    for dataset in datasets:
        name = str(dataset.get("name") or "").strip()
        context = str(dataset.get("context") or "").strip().lower()
        if name:
            row: Row = {column.name: column.empty for column in BY_NAME["datasets"].columns}
            row |= {"name": name, "revision": str(dataset.get("digest") or "")}
            row["split"] = _USED_FOR.get(context, "test" if context == "test" else "other" if context else "")
            rows.setdefault((name, row["split"]), row | dict(known.get(name, {})))
    return list(rows.values())


def training_text(datasets: Datasets) -> str:
    """Return one line for each dataset that a run names: name, what it was used for, digest."""
    lines = []
    for dataset in datasets:
        context, digest = dataset.get("context"), dataset.get("digest")
        line = str(dataset.get("name") or "A dataset without a name")
        line += f", for {context}" if context else ""
        lines.append(line + (f" (digest {digest})" if digest else " (no digest recorded)"))
    return "\n".join(dict.fromkeys(lines))


def merged(name: str, held: Any, gave: Any, gives: Any) -> Any:
    """Return the value of a field after a source spoke again.

    Args:
        name: of the field.
        held: what the card holds now.
        gave: what the source gave the last time; what differs from it is somebody else's and stays.
        gives: what the source gives now.
    """
    if name in _KEYS:
        return _merged_rows(_KEYS[name], held or [], gave or [], gives)
    return gives if not is_filled(held) or held == gave else held


def _merged_rows(
    keys: tuple[str, ...], held: Sequence[Row], gave: Sequence[Row], gives: Sequence[Row]
) -> list[Row]:
    """Replace, in their places, the rows that the source gave, and add those that are new. A row of others stays."""
    new = {tuple(row[key] for key in keys): row for row in gives}
    rows = []
    for row in held:
        now = new.pop(tuple(row[key] for key in keys), None)
        if row not in gave:
            rows.append(row)
        elif now is not None:
            rows.append(now)
    return rows + list(new.values())


def sources_after(
    name: str, value: Any, before: Sources, spoke: dict[str, str], gave: Mapping[str, Any]
) -> Sources:
    """Return where a value comes from, after ``spoke`` wrote it.

    A value has one source. A list of rows has all those of which a row is still there: ``gave`` holds, by origin, the
    rows that each gave last.
    """
    if BY_NAME[name].kind not in (Kind.METRICS, Kind.ROWS):
        return [spoke]
    others = [one for one in before if one["kind"] != spoke["kind"] and _still_there(one, name, value, gave)]
    return [*others, spoke]


def _still_there(source: Mapping[str, str], name: str, value: Sequence[Row], gave: Mapping[str, Any]) -> bool:
    if source["kind"] in (Origin.PERSON, Origin.FILE):
        given = [row for values in gave.values() for row in values.get(name, [])]
        return any(row not in given for row in value)
    return any(row in value for row in gave.get(source["kind"], {}).get(name, []))
