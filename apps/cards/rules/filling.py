"""What a registry's record of a version says on its card."""

from collections.abc import Mapping, Sequence
from typing import Any

Metric = dict[str, Any]
Datasets = Sequence[Mapping[str, Any]]


def metrics_of(measured: Mapping[str, float | None], source: str) -> list[Metric]:
    """Return the metrics of a run, by name. ``auc_low`` and ``auc_high`` are the interval of ``auc``."""
    bounds = {f"{name}_{side}" for name in measured for side in ("low", "high")}
    return [
        {
            "name": name,
            "slice": "",
            "value": value,
            "low": measured.get(f"{name}_low"),
            "high": measured.get(f"{name}_high"),
            "source": source,
        }
        for name, value in sorted(measured.items())
        if name not in bounds
    ]


def merged_metrics(held: Sequence[Metric], gave: Sequence[Metric], gives: Sequence[Metric]) -> list[Metric]:
    """Return a card's metrics after the registry spoke again.

    Args:
        held: what the card holds now.
        gave: what the registry gave the last time; those of ``held`` that differ from it are a person's.
        gives: what the registry gives now. A person's metric of the same name and slice stays as it is.
    """
    own = [metric for metric in held if metric not in gave]
    taken = {(metric["name"], metric["slice"]) for metric in own}
    return [metric for metric in gives if (metric["name"], metric["slice"]) not in taken] + own


def training_text(datasets: Datasets) -> str:
    """Return one line for each dataset that a run names: name, what it was used for, digest."""
    lines = []
    for dataset in datasets:
        context, digest = dataset.get("context"), dataset.get("digest")
        line = str(dataset.get("name") or "A dataset without a name")
        line += f", for {context}" if context else ""
        lines.append(line + (f" (digest {digest})" if digest else " (no digest recorded)"))
    return "\n".join(dict.fromkeys(lines))
