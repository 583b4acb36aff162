"""The zip file of a bundle: every member listed in a signed manifest, every byte under a seal.

The seal is the archive's comment: the SHA-256 of all bytes before it. It shows damage to what a zip reader
skips; what proves the contents is the manifest, signed with the ledger's key.
"""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from apps.audit.services import sign_digest
from apps.exports.services.files import Written

SEAL = "countersign-seal sha256:"
_MEMBER_MODE = 0o100644 << 16


class _Measured:
    """A stream that counts and hashes what passes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        return self._stream.write(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


class Container:
    """A bundle being written. It takes its name only when it is complete; a failure leaves nothing."""

    def __init__(self, out: Path, at: datetime) -> None:
        self._out = out
        self._part = out.with_name(f".{out.name}.part")
        self._date = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        self._files: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> "Container":
        self._out.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After a failure the zip cannot be closed well, and what is left of it goes away.
        with suppress(OSError, ValueError):
            self._zip.close()
        self._file.close()
        self._part.unlink(missing_ok=True)

    @contextmanager
    def member(self, name: str, *, packed: bool = True) -> Iterator[_Measured]:
        """Open a member for writing. What is not ``packed`` stands in the zip as it is, so damage has a place."""
        with self._zip.open(self._info(name, packed), "w", force_zip64=True) as stream:
            measured = _Measured(stream)
            yield measured
        self._files[name] = {"bytes": measured.size, "sha256": measured.sha256}

    def add(self, name: str, content: bytes | Path) -> None:
        """Add a member from bytes or from a file."""
        with self.member(name) as stream:
            if isinstance(content, bytes):
                stream.write(content)
                return
            with content.open("rb") as source:
                shutil.copyfileobj(source, stream, 1 << 20)

    def finish(self, statement: dict[str, Any]) -> Written:
        """Write the manifest with what it should say, sign it, seal the file and give it its name."""
        manifest = json.dumps(statement | {"files": self._files}, indent=1, sort_keys=True).encode()
        self.add("manifest.json", manifest)
        digest = hashlib.sha256(manifest).hexdigest()
        self.add("manifest.sig", sign_digest(label="bundle", digest=digest).encode())
        self._zip.comment = f"{SEAL}{'0' * 64}".encode()
        self._zip.close()
        written = self._seal()
        self._part.replace(self._out)
        return written

    def _seal(self) -> Written:
        size = self._file.seek(0, os.SEEK_END)
        digest, left = hashlib.sha256(), size - 64
        self._file.seek(0)
        while left:
            piece = self._file.read(min(left, 1 << 20))
            digest.update(piece)
            left -= len(piece)
        seal = digest.hexdigest().encode()
        self._file.seek(size - 64)
        self._file.write(seal)
        self._file.flush()
        os.fsync(self._file.fileno())
        digest.update(seal)
        return Written(size, digest.hexdigest())

    def _info(self, name: str, packed: bool) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = _MEMBER_MODE
        return info
