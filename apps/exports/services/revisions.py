"""The revisions that the entries of a bundle name by digest: what people signed, to check against those digests."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import IO

from apps.changes.models import Revision
from apps.core.canonical import canonical_bytes

_AT_ONCE = 50

Named = tuple[int, int, str]
"""The number of a change, the number of its revision, and the digest."""


class NamedRevisions:
    """Writes each revision once, in the order in which entries first name them, as the verifier expects it.

    Which ones are written already is kept in a file, so that memory stays constant over any period.
    """

    def __init__(self, stream: IO[bytes], folder: Path) -> None:
        self._stream = stream
        self._done = sqlite3.connect(folder / "digests.db", isolation_level=None)
        self._done.execute("PRAGMA synchronous = OFF")
        self._done.execute("CREATE TABLE done (digest TEXT PRIMARY KEY) WITHOUT ROWID")

    def write(self, entries: Sequence[bytes]) -> None:
        """Write the revisions that these entries are the first to name."""
        with closing(self._done.cursor()) as cursor:
            cursor.execute("BEGIN")
            new = [named for named in _named_in(entries) if self._is_new(cursor, named[2])]
            cursor.execute("COMMIT")
        for start in range(0, len(new), _AT_ONCE):
            self._stream.write(b"".join(_lines(new[start : start + _AT_ONCE])))

    def close(self) -> None:
        self._done.close()

    @staticmethod
    def _is_new(cursor: sqlite3.Cursor, digest: str) -> bool:
        return cursor.execute("INSERT OR IGNORE INTO done VALUES (?)", [digest]).rowcount == 1


def _named_in(entries: Sequence[bytes]) -> Iterator[Named]:
    for line in entries:
        # Most entries name none, and reading every one would double the time of an export.
        if b'"digest":"' not in line or b'"type":"change"' not in line:
            continue
        entry = json.loads(line)
        data, obj = entry["data"], entry["object"]
        number = str(obj["id"]).removeprefix("CHG-")
        if obj["type"] == "change" and number.isdecimal() and "digest" in data and "revision" in data:
            yield int(number), data["revision"], data["digest"]


def _lines(named: Sequence[Named]) -> Iterator[bytes]:
    """Yield a line for each revision, its content byte for byte as it was hashed."""
    numbers = {number for _, number, _ in named}
    found = Revision.objects.filter(change__number__in={change for change, _, _ in named}, number__in=numbers)
    held = {revision.digest: revision.content for revision in found}
    for _, _, digest in named:
        # What the portal no longer has is left out here, and the verifier names it.
        if digest in held:
            yield b'{"content":%b,"digest":"%b"}\n' % (canonical_bytes(held[digest]), digest.encode())
