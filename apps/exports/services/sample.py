"""A sampled pack: 25 changes that a seed drew, with all that proves them, as a bundle that verifies offline."""

import json
import tempfile
from pathlib import Path

from apps.audit.models import Checkpoint
from apps.core.errors import PolicyBlocked
from apps.exports.rules.orders import Order
from apps.exports.rules.population import Sample, drawn
from apps.exports.services.bundle import write_bundle
from apps.exports.services.files import Finished
from apps.exports.services.lives import life_of
from apps.exports.services.population import Population, write_population_csv
from apps.exports.services.reading import Progress
from apps.exports.services.reports.writing import change_report


def write_sample(*, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress) -> Finished:
    """Write a bundle of the sampled changes' entries, with the draw, the population and a report of each change.

    Without a seed of the auditor's, the root of the checkpoint is the seed. It is a ``writers.Writer``.

    Raises:
        PolicyBlocked: nothing reached production in the days, or the order narrows them.
    """
    population = Population(order, checkpoint)
    sample = drawn(order.seed or bytes(checkpoint.root).hex(), population.produced)
    if not sample.chosen:
        raise PolicyBlocked(
            "No change reached production in these days, so there is nothing to draw from.",
            remedy="Choose other days.",
        )
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "population.csv"
        write_population_csv(out=table, order=order, checkpoint=checkpoint, progress=lambda done, total: None)
        more: dict[str, bytes | Path] = {"sample.json": _said(sample, order), "population.csv": table}
        for ref in sample.chosen:
            name, content = _report(ref, order, checkpoint)
            report = Path(folder) / name
            report.write_bytes(content)
            more[name] = report
        return write_bundle(
            out=out, order=order, checkpoint=checkpoint, progress=progress, changes=sample.chosen, more=more
        )


def _report(ref: str, order: Order, checkpoint: Checkpoint) -> tuple[str, bytes]:
    try:
        return f"report-{ref}.pdf", change_report(life_of(ref, checkpoint.size), order, checkpoint)
    except PolicyBlocked as refused:
        # It was drawn all the same: the pack says why there is nothing to print.
        return f"report-{ref}.txt", f"{refused.reason}\n".encode()


def _said(sample: Sample, order: Order) -> bytes:
    days = {"first": order.scope.start.isoformat(), "last": order.scope.end.isoformat()}
    return json.dumps({"days": days} | sample.as_json(), indent=1).encode() + b"\n"
