"""Backstage entity names and references: ``[kind:][namespace/]name``, case-insensitive.

Source: the Backstage descriptor format and its reference rules. What a reference leaves out is filled from the
field it stands in (its kind) and from the entity that holds it (its namespace).
"""

import re
from dataclasses import dataclass
from typing import Any

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
DEFAULT_NAMESPACE = "default"


class BadReference(Exception):
    """A reference that cannot be read, with a plain reason."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A full entity reference in lower case. An empty kind means that the field allows several."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}" if self.kind else f"{self.namespace}/{self.name}"

    def of_kind(self, kind: str) -> "Ref":
        """Return the same name under another kind."""
        return Ref(kind, self.namespace, self.name)


def parse_ref(value: Any, *, kind: str = "", namespace: str = DEFAULT_NAMESPACE) -> Ref:
    """Return the reference that a field holds, in text or as a mapping of kind, namespace and name.

    Raises:
        BadReference: it is neither, or a part of it is empty or not a name.
    """
    if isinstance(value, dict):
        parts = [value.get("kind") or kind, value.get("namespace") or namespace, value.get("name") or ""]
    elif isinstance(value, str | int) and not isinstance(value, bool):
        parts = _split(str(value).strip(), kind, namespace)
    else:
        raise BadReference("it is not text of the form [kind:][namespace/]name")
    found = Ref(*(str(part).lower() for part in parts))
    for what, part in (("kind", found.kind or "any"), ("namespace", found.namespace), ("name", found.name)):
        if not NAME.fullmatch(part):
            raise BadReference(f"its {what} breaks the rule for names" if part else f"its {what} is empty")
    return found


def _split(text: str, kind: str, namespace: str) -> list[str]:
    head, colon, rest = text.partition(":")
    if colon:
        kind = head
    else:
        rest = text
    before, slash, name = rest.partition("/")
    if slash:
        namespace, rest = before, name
    if colon and not kind:
        raise BadReference("its kind is empty")
    return [kind, namespace, rest]
