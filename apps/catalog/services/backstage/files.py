"""Finds and reads catalog files. Nothing outside the given folders is opened, and nothing is fetched."""

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.catalog.rules.descriptors import BadEntity, Entity, entity_of
from apps.catalog.rules.references import Ref
from apps.catalog.rules.report import ImportReport
from apps.catalog.rules.yaml_documents import Document, read_documents

MAX_BYTES = 5_000_000
_ADDRESS = re.compile(r"(?:url:|[a-z][a-z0-9+.-]+://)", re.IGNORECASE)


@dataclass(frozen=True)
class Root:
    """What the caller asked to read, and the folder that nothing read for it may lie outside of."""

    given: Path
    path: Path
    fence: Path


@dataclass(frozen=True)
class Source:
    """An entity and where it stands."""

    entity: Entity
    root: Root
    path: Path
    file: str
    document: int


@dataclass
class Gathered:
    """Everything that the roots hold. ``doubtful`` files hold something that could not be read."""

    roots: list[Root] = field(default_factory=list)
    entities: dict[Ref, Source] = field(default_factory=dict)
    read: set[Path] = field(default_factory=set)
    doubtful: set[Path] = field(default_factory=set)


def gather(paths: Sequence[Path], report: ImportReport) -> Gathered:
    """Read every catalog file that the paths name, and note in the report what cannot be read."""
    return _Gatherer(report).gather(paths)


class _Gatherer:
    def __init__(self, report: ImportReport) -> None:
        self.report = report
        self.found = Gathered()

    def gather(self, paths: Sequence[Path]) -> Gathered:
        for given in paths:
            root = self._root(given)
            if root is None:
                continue
            files = [root.path] if root.path.is_file() else list(_files_below(root.path))
            if not files:
                self.report.error("This folder holds no .yaml or .yml file.", file=str(given))
                continue
            self.found.roots.append(root)
            for path in files:
                self._read_file(root, path)
        self.report.read = len(self.found.read)
        return self.found

    def _root(self, given: Path) -> Root | None:
        path = given.resolve()
        if path.is_dir():
            return Root(given, path, path)
        if path.is_file():
            return Root(given, path, path.parent)
        self.report.error("There is no such file or folder.", file=str(given))
        return None

    def _read_file(self, root: Root, path: Path) -> None:
        shown, true_path = _shown(root, path), path.resolve()
        if true_path in self.found.read:
            return
        if not true_path.is_relative_to(root.fence):
            self.report.error(
                "This link leads out of the folder that is imported, so it was not read.", file=shown
            )
            return
        text, problem = _text_of(true_path)
        if problem:
            self._doubt(true_path, problem, shown)
            return
        self.found.read.add(true_path)
        for document in read_documents(text):
            self._take(root, true_path, shown, document)

    def _take(self, root: Root, path: Path, shown: str, document: Document) -> None:
        if document.problem:
            self._doubt(path, document.problem, shown, document.place)
            return
        if document.value is None:
            return
        try:
            source = Source(entity_of(document.value), root, path, shown, document.place)
        except BadEntity as error:
            self._doubt(path, error.reason, shown, document.place, error.entity)
            return
        first = self.found.entities.setdefault(source.entity.ref, source)
        if first is not source:
            self.report.warning(
                f"{source.entity.ref} stands already in {first.file}, document {first.document}. "
                "That one was taken, this one left out.",
                file=shown, document=document.place, entity=str(source.entity.ref),
            )  # fmt: skip
        elif source.entity.ref.kind == "location":
            self._follow(source)

    def _follow(self, source: Source) -> None:
        spec = source.entity.spec
        targets = spec.get("targets") or []
        for target in [spec.get("target"), *(targets if isinstance(targets, list) else [targets])]:
            if target not in (None, ""):
                problem = self._read_target(source, target)
                if problem:
                    self._warn(source, f"target {target}: {problem}")

    def _read_target(self, source: Source, target: Any) -> str:
        if not isinstance(target, str):
            return "this is not text."
        if _ADDRESS.match(target) or source.entity.spec.get("type") == "url":
            return "addresses are never fetched. Import a copy of the file."
        relative = target.removeprefix("file:")
        names = glob.glob(relative, root_dir=source.path.parent) if glob.has_magic(relative) else [relative]
        found = [source.path.parent / name for name in sorted(names)]
        for path in found:
            if not path.resolve().is_relative_to(source.root.fence):
                return "this lies outside the folder that is imported, so it was not read."
            if not path.is_file():
                return "there is no such file."
            self._read_file(source.root, path)
        return "" if found else "no file has such a name."

    def _warn(self, source: Source, reason: str) -> None:
        ref = str(source.entity.ref)
        self.report.warning(reason, file=source.file, document=source.document, entity=ref)

    def _doubt(self, path: Path, reason: str, shown: str, place: int = 0, entity: str = "") -> None:
        self.found.doubtful.add(path)
        self.report.error(reason, file=shown, document=place, entity=entity)


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the catalog files below a folder in a fixed order, hidden folders left out, links not followed."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith((".yaml", ".yml")):
                yield Path(parent) / name


def _shown(root: Root, path: Path) -> str:
    """Return a file's name as the caller would write it."""
    if path == root.path:
        return str(root.given)
    base = root.given if root.path.is_dir() else root.given.parent
    absolute = Path(os.path.abspath(path))
    return str(base / absolute.relative_to(root.fence)) if absolute.is_relative_to(root.fence) else str(path)


def _text_of(path: Path) -> tuple[str, str]:
    """Return a file's text, or why it cannot be had."""
    try:
        if not path.is_file():
            return "", "This is not an ordinary file."
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return "", f"This file cannot be opened: {error.strerror}."
    if len(content) > MAX_BYTES:
        return "", f"This file is larger than {MAX_BYTES // 1_000_000} MB. Split it."
    if b"\0" in content:
        return "", "This is a binary file, not YAML."
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        return "", "This file is not UTF-8 text."
