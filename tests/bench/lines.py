"""The export as JSON lines, in a process that does nothing else: ``python -m tests.bench.lines``."""

import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

PERIOD = (date(2025, 1, 1), date(2026, 12, 31))
"""The days that all entries of the bench lie in."""


def main() -> None:
    """Print the figures of ``tests.bench.ledger.export`` as one JSON object."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from apps.audit.selectors import latest_checkpoint
    from apps.exports.enums import ExportFormat
    from apps.exports.rules.orders import Order, Scope
    from apps.exports.services.lines import write_jsonl

    order, checkpoint = Order(Scope(*PERIOD), format=ExportFormat.JSONL), latest_checkpoint()
    assert checkpoint is not None
    copied, written = [], []
    with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_HOME"]) as folder:
        for number in range(2):
            copied.append(seconds_of(copy_rows))
            out = Path(folder) / f"{number}.jsonl"
            written.append(
                seconds_of(
                    lambda out=out: write_jsonl(  # type: ignore[misc]
                        out=out, order=order, checkpoint=checkpoint, progress=lambda done, total: None
                    )
                )
            )
    from tests.bench.__main__ import say

    say(f"COPY {min(copied):.1f} s, export {min(written):.1f} s")
    # Not getrusage: that counts what the process that started this one held, too.
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    share = round(min(copied) / min(written), 3)
    print(json.dumps({"export_share_of_copy": share, "export_peak_mb": round(peak, 1)}))


def copy_rows() -> None:
    """Let PostgreSQL send the same rows in the same order, texts and all, and drop them."""
    from django.db import connection

    rows = (
        "SELECT l.index, e.entry, t.name, t.text FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id"
        " LEFT JOIN audit_text t ON t.event_id = e.id ORDER BY l.index, t.name"
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:  # type: ignore[attr-defined]
        for _ in copy:
            pass


def seconds_of(work: Callable[[], object]) -> float:
    """Run some work, and return how long it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
