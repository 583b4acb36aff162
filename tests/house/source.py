"""Read the apps' source as syntax trees, and the floors from pyproject.toml: each rule is written once."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOF = {"web", "api"}


@dataclass(frozen=True)
class Module:
    """One source file of an app."""

    path: Path

    @property
    def app(self) -> str:
        return self.path.relative_to(ROOT / "apps").parts[0]

    @property
    def room(self) -> str:
        """The module or package directly inside the app: ``models``, ``services``, ``management``."""
        return self.path.relative_to(ROOT / "apps").with_suffix("").parts[1]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text())

    def imports(self) -> Iterator[str]:
        """Yield each imported name with its full dotted path."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[ast.Call]:
        """Yield each call."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))


@cache
def modules() -> tuple[Module, ...]:
    """Return the modules of every app, without migrations."""
    paths = sorted((ROOT / "apps").glob("*/**/*.py"))
    return tuple(Module(path) for path in paths if "migrations" not in path.parts)


@cache
def contracts() -> dict[str, dict[str, list[str]]]:
    """Return the import contracts of pyproject.toml by their id."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


@cache
def floors() -> dict[str, int]:
    """Return each app's floor: 0 is the ground."""
    layers = reversed(contracts()["floors"]["layers"])
    return {app.strip(): floor for floor, apps in enumerate(layers) for app in apps.split("|")}
