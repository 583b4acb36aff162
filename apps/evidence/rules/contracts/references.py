"""References inside a document. None is ever followed out of it."""

from typing import Any, Final
from urllib.parse import unquote

from apps.evidence.rules.contracts.documents import same

ANYTHING: Final[dict[str, Any]] = {}
"""The schema that lets everything through."""

MERELY_SAID = frozenset(
    (  # fmt: skip
        "title",
        "$schema",
        "$id",
        "id",
        "$anchor",
        "$defs",
        "definitions",
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

    def opened(self, node: Any) -> Any:
        """Return what a node stands for: itself, what its reference leads to, or the reference as a Remote."""
        passed: set[str] = set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            if node["$ref"] in passed:
                return Remote(node["$ref"])
            passed.add(node["$ref"])
            node = self._followed(node)
        return node

    def target(self, reference: str) -> Any:
        """Return what a reference names in this document, or None."""
        if reference in ("", "#"):
            return self.root
        if reference.startswith("#/"):
            return self._pointed(reference[2:])
        return self._names().get(reference)

    def _followed(self, node: dict[str, Any]) -> Any:
        if id(node) in self._kept:
            return self._kept[id(node)][1]
        found = self.target(node["$ref"])
        beside = {key: value for key, value in node.items() if key != "$ref"}
        if found is None:
            found = Remote(node["$ref"])
        elif beside and self.beside and isinstance(found, dict):
            if beside.keys() <= MERELY_SAID:
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
        self._moved = self._differing()

    def unchanged(self, old: Any, new: Any) -> bool:
        """Return whether two nodes read alike, and so does all that they refer to."""
        return same(old, new) and self._moved.isdisjoint(references(old))

    def _differing(self) -> frozenset[str]:
        """Return the references behind which something differs, however far behind."""
        met = references(self.old.root)
        users: dict[str, set[str]] = {}
        for reference in met:
            for further in references(self.old.target(reference)):
                users.setdefault(further, set()).add(reference)
        ahead = [one for one in met if not same(self.old.target(one), self.new.target(one))]
        differing = set(ahead)
        while ahead:
            reached = users.get(ahead.pop(), set()) - differing
            differing |= reached
            ahead.extend(reached)
        return frozenset(differing)


def references(node: Any) -> set[str]:
    """Return every reference that stands in a node itself."""
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
