"""What a writer leaves behind, and the file while it is written."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType


@dataclass(frozen=True)
class Written:
    """A finished file: its size in bytes and its hex SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Finished:
    """A finished export: its file, and how many records it holds."""

    file: Written
    count: int


def part_of(out: Path) -> Path:
    """Return where a file stands while it is written."""
    return out.with_name(f".{out.name}.part")


class Draft:
    """A file being written. It takes its name only when it is complete; a failure leaves nothing.

    What a killed process left is written over by the next attempt. It counts and hashes what passes.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._part = part_of(out)
        self._digest = hashlib.sha256()
        self._size = 0

    def __enter__(self) -> "Draft":
        self._out.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=1 << 20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._part.unlink(missing_ok=True)

    def write(self, data: bytes) -> int:
        """Add bytes."""
        self._digest.update(data)
        self._size += len(data)
        return self._file.write(data)

    def finish(self) -> Written:
        """Put everything on the disk and give the file its name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._part.replace(self._out)
        return Written(self._size, self._digest.hexdigest())
