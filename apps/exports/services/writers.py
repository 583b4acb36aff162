"""Who writes what: one writer for each subject and form."""

from pathlib import Path
from typing import Protocol

from apps.audit.models import Checkpoint
from apps.exports.enums import ExportFormat, ExportSubject
from apps.exports.rules.orders import Order
from apps.exports.services.files import Finished
from apps.exports.services.lines import write_jsonl
from apps.exports.services.population import (
    write_population_csv,
    write_population_jsonl,
    write_population_xlsx,
)
from apps.exports.services.reading import Progress
from apps.exports.services.reported import write_bundle_with_report
from apps.exports.services.reports import write_report
from apps.exports.services.sample import write_sample
from apps.exports.services.tables import write_csv
from apps.exports.services.workbook import write_xlsx


class Writer(Protocol):
    """Writes an order over the tree of a checkpoint to a file, in constant memory.

    The same order and checkpoint give the same bytes, however often the writing is begun, unless a name or a text was
    erased or changed meanwhile. The file takes its name only when it is complete.
    """

    def __call__(
        self, *, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress
    ) -> Finished: ...


WRITERS: dict[tuple[ExportSubject, ExportFormat], Writer] = {
    (ExportSubject.ENTRIES, ExportFormat.BUNDLE): write_bundle_with_report,
    (ExportSubject.ENTRIES, ExportFormat.JSONL): write_jsonl,
    (ExportSubject.ENTRIES, ExportFormat.CSV): write_csv,
    (ExportSubject.ENTRIES, ExportFormat.XLSX): write_xlsx,
    (ExportSubject.ENTRIES, ExportFormat.PDF): write_report,
    (ExportSubject.POPULATION, ExportFormat.XLSX): write_population_xlsx,
    (ExportSubject.POPULATION, ExportFormat.CSV): write_population_csv,
    (ExportSubject.POPULATION, ExportFormat.JSONL): write_population_jsonl,
    (ExportSubject.SAMPLE, ExportFormat.BUNDLE): write_sample,
}
