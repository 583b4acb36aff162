"""References inside a document. None is ever followed out of it."""

from typing import Any, Final
from urllib.parse import unquote

from apps.evidence.rules.contracts.documents import same

ANYTHING: Final[dict[str, Any]] = {}
"""The schema that lets everything through."""

_MERELY_SAID = frozenset(
    (  # fmt: skip
        "title",
        "description",
        "summary",
        "example",
        "examples",
        "default",
        "deprecated",
        "readOnly",
        "writeOnly",
        "externalDocs",
        "xml",
        "$comment",
    )
)


class Remote(str):
    """A reference that leads nowhere in its document."""

    __slots__ = ()


class Document:
    """A document and what its references name. ``beside`` says whether what stands beside a ``$ref`` counts."""

    def __init__(self, root: dict[str, Any], *, beside: bool) -> None:
        self.root = root
        self.beside = beside
        self._kept: dict[int, tuple[Any, Any]] = {}
        self._named: dict[str, Any] | None = None
        self._within: dict[str, frozenset[str]] = {}

    def opened(self, node: Any) -> Any:
        """Return what a node stands for: itself, what its reference leads to, or the reference as a Remote."""
        passed: set[int] = set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            if id(node) in passed:
                return Remote(node["$ref"])
            passed.add(id(node))
            node = self._followed(node)
        return node

    def target(self, reference: str) -> Any:
        """Return what a reference names in this document, or None."""
        if reference in ("", "#"):
            return self.root
        if reference.startswith("#/"):
            return self._pointed(reference[2:])
        return self._names().get(reference)

    def reached(self, node: Any) -> frozenset[str]:
        """Return every reference that can be met from a node."""
        met: set[str] = set()
        ahead = list(_references(node))
        while ahead:
            reference = ahead.pop()
            if reference not in met:
                met.add(reference)
                if reference not in self._within:
                    self._within[reference] = frozenset(_references(self.target(reference)))
                ahead.extend(self._within[reference])
        return frozenset(met)

    def _followed(self, node: dict[str, Any]) -> Any:
        if id(node) in self._kept:
            return self._kept[id(node)][1]
        found = self.target(node["$ref"])
        beside = {key: value for key, value in node.items() if key != "$ref"}
        if found is None:
            found = Remote(node["$ref"])
        elif beside and self.beside and isinstance(found, dict):
            if beside.keys() <= _MERELY_SAID:
                found = found | beside
            else:
                found = {"allOf": [{"$ref": node["$ref"]}, beside]}
        self._kept[id(node)] = node, found  # The node is kept too, so that its id stays its own.
        return found

    def _pointed(self, pointer: str) -> Any:
        node: Any = self.root
        for part in unquote(pointer).split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and name in node:
                node = node[name]
            elif isinstance(node, list) and name.isdecimal() and int(name) < len(node):
                node = node[int(name)]
            else:
                return None
        return node

    def _names(self) -> dict[str, Any]:
        """What the document calls by a name of its own: ``$id``, ``id`` and ``$anchor``."""
        if self._named is None:
            self._named = {}
            for node in _mappings(self.root):
                for key, sign in (("$id", ""), ("id", ""), ("$anchor", "#"), ("$dynamicAnchor", "#")):
                    if isinstance(node.get(key), str):
                        self._named.setdefault(sign + node[key], node)
        return self._named


class Pair:
    """Two versions of a document, asked whether a part of them is the same down to the end of its references."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old = old
        self.new = new
        self._targets: dict[str, bool] = {}

    def unchanged(self, old: Any, new: Any) -> bool:
        """Return whether two nodes read alike, and so does all that they refer to."""
        return same(old, new) and all(map(self._same_target, self.old.reached(old)))

    def _same_target(self, reference: str) -> bool:
        if reference not in self._targets:
            self._targets[reference] = same(self.old.target(reference), self.new.target(reference))
        return self._targets[reference]


def _references(node: Any) -> set[str]:
    return {
        found[key]
        for found in _mappings(node)
        for key in ("$ref", "$dynamicRef", "$recursiveRef")
        if isinstance(found.get(key), str)
    }


def _mappings(node: Any) -> list[dict[str, Any]]:
    found, ahead = [], [node]
    while ahead:
        one = ahead.pop()
        if isinstance(one, dict):
            found.append(one)
            ahead.extend(one.values())
        elif isinstance(one, list):
            ahead.extend(one)
    return found
