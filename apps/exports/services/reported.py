"""A bundle with a report to read beside what proves it."""

from pathlib import Path

from apps.audit.models import Checkpoint
from apps.core.errors import PolicyBlocked
from apps.exports.rules.orders import Order
from apps.exports.services.bundle import write_bundle
from apps.exports.services.files import Finished
from apps.exports.services.lives import life_of
from apps.exports.services.reading import Progress
from apps.exports.services.reports.writing import change_report


def write_bundle_with_report(
    *, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress
) -> Finished:
    """Write the bundle of an order; that of one change holds its ``report.pdf``. It is a ``writers.Writer``."""
    more = _report(order, checkpoint) if order.scope.change else {}
    return write_bundle(out=out, order=order, checkpoint=checkpoint, progress=progress, more=more)


def _report(order: Order, checkpoint: Checkpoint) -> dict[str, bytes | Path]:
    try:
        return {"report.pdf": change_report(life_of(order.scope.change, checkpoint.size), order, checkpoint)}
    except PolicyBlocked:
        # The entries of what cannot be printed, such as a draft never submitted, are proven all the same.
        return {}
