"""The ``countersign`` command, for pipelines: one file that needs Python alone, with the verifier of bundles in it."""

import io
import zipfile
from functools import cache
from pathlib import Path

from django.conf import settings

_HERE = Path(__file__).parent
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@cache
def command() -> bytes:
    """Return the command as a zip application (PEP 441), the same bytes each time."""
    parts = {
        "__main__.py": _HERE / "countersign.py",
        "verify.py": settings.BASE_DIR / "apps" / "exports" / "verifier" / "verify.py",
    }
    packed = io.BytesIO(b"#!/usr/bin/env python3\n")
    packed.seek(0, io.SEEK_END)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, path in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
