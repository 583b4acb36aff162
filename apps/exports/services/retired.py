"""The signed statements about the retired entries of a bundle."""

import json
from collections.abc import Sequence
from typing import IO

from apps.audit.models import AuditRetirement, AuditTombstone
from apps.audit.rules.tombstones import TOMBSTONE
from apps.exports.services.reading import Row


class NamedStatements:
    """Writes each statement once: with the first entry of the bundle whose tombstone it lists."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._done: set[int] = set()

    def write(self, rows: Sequence[Row]) -> None:
        """Write the statements about the retired ones among these entries that are not written yet."""
        retired = [row.event_id for row in rows if row.entry.startswith(TOMBSTONE)]
        if not retired:
            return
        named = AuditTombstone.objects.filter(event__in=retired).exclude(retirement__in=self._done)
        for made in AuditRetirement.objects.filter(pk__in=named.values("retirement")).order_by("pk"):
            self._done.add(made.pk)
            line = {"note": made.note, "statement": bytes(made.statement).decode()}
            self._stream.write(json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n")
