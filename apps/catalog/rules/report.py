"""What an import did, and what is wrong with what it read."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum


class Weight(StrEnum):
    """Whether an entity stayed out altogether, or went in without a part of it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``document`` counts from 1 in its file; 0 means the file or source as a whole."""

    file: str
    document: int
    entity: str
    reason: str
    severity: Weight


@dataclass
class ImportReport:
    """Counts of entities by what happened to each, and the findings in the order of reading.

    ``read`` counts the files or answers that could be read. When it is 0, nothing changed.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    read: int = 0
    errors: list[Finding] = field(default_factory=list)
    version_ids: list[int] = field(default_factory=list)
    """The component versions that the source named, for whoever fills model cards from them."""

    def error(self, reason: str, *, file: str = "", document: int = 0, entity: str = "") -> None:
        """Note an entity, document or file that did not go in."""
        self.errors.append(Finding(file, document, entity, reason, Weight.ERROR))

    def warning(self, reason: str, *, file: str = "", document: int = 0, entity: str = "") -> None:
        """Note a part of an entity that was left out."""
        self.errors.append(Finding(file, document, entity, reason, Weight.WARNING))

    def count(self, outcome: str) -> None:
        """Count one entity as ``created``, ``updated``, ``unchanged`` or ``retired``."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    def as_json(self) -> dict[str, object]:
        """Return the report as the commands print it on their last line."""
        counts = {name: getattr(self, name) for name in ("created", "updated", "unchanged", "retired")}
        return {**counts, "errors": [asdict(finding) for finding in self.errors]}
