"""The readable table of a bundle's entries."""

import csv
import io
import json
from typing import IO, Any

from apps.audit.models import AuditText
from apps.exports.rules.spreadsheet import safe_cell
from apps.exports.services.reading import People, Row, actor_key

Texts = dict[int, list[AuditText]]
"""Private texts by the number of their entry."""

_HEAD = ["Leaf", "Time (UTC)", "Who", "Actor", "Event", "Object", "Step", "Facts", "Texts"]


class Report:
    """Writes ``report.csv``. Without ``people`` it names nobody."""

    def __init__(self, stream: IO[bytes], people: People | None) -> None:
        self._text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        self._csv = csv.writer(self._text, lineterminator="\r\n")
        self._csv.writerow(_HEAD)
        self._people = people

    def write(self, rows: list[Row], texts: Texts) -> None:
        """Add a batch."""
        decoded = [(row, row.decoded()) for row in rows]
        if self._people is not None:
            self._people.learn({actor_key(entry) for _, entry in decoded})
        self._csv.writerows(
            self._line(row.index, entry, texts.get(row.event_id, [])) for row, entry in decoded
        )

    def flush(self) -> None:
        """Hand everything on, and let go of the stream."""
        self._text.detach()

    def _line(self, index: int, entry: dict[str, Any], texts: list[AuditText]) -> list[str]:
        actor, obj = actor_key(entry), entry["object"]
        facts = json.dumps(entry["data"], ensure_ascii=False, sort_keys=True) if entry["data"] else ""
        cells = [
            str(index),
            entry["at"],
            self._people.name(actor) if self._people is not None else actor,
            actor,
            entry["event"],
            f"{obj['type']} {obj['id']}",
            str(obj["seq"]),
            facts,
            "\n".join(f"{text.name}: {text.text}" for text in texts),
        ]
        return [safe_cell(cell) for cell in cells]
