"""What the catalog's tests share."""

from pathlib import Path
from typing import Protocol

import pytest

from apps.catalog.rules.report import ImportReport
from apps.catalog.services import import_backstage
from apps.core import actors


class Files(Protocol):
    def __call__(self, **files: str) -> Path: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of catalog files that does not exist yet."""
    made = tmp_path / "catalog"
    made.mkdir()
    return made


def run(*paths: Path) -> ImportReport:
    """Import the paths as the command does."""
    return import_backstage(actor=actors.system("import_catalog"), paths=paths)


def entity(kind: str, name: str, spec: str = "", notes: str = "") -> str:
    """Return one descriptor; ``spec`` and ``notes`` are the lines of those mappings."""
    lines = [f"---\nkind: {kind}", "metadata:", f"  name: {name}"]
    if notes:
        lines += ["  annotations:", *(f"    countersign.io/{line}" for line in notes.splitlines())]
    if spec:
        lines += ["spec:", *(f"  {line}" for line in spec.splitlines())]
    return "\n".join(lines) + "\n"
