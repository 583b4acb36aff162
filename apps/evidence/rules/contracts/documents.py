"""Contracts that somebody sent, parsed within bounds."""

import json
import re
from collections import Counter
from typing import Any

from apps.catalog.rules.yaml_documents import read_documents
from apps.core.errors import Invalid

MOST_BYTES = 5 * 1024 * 1024
_MOST_VALUES = 400_000
_DEEPEST = 64
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_SURROGATE = re.compile("[\ud800-\udfff]")


def parsed(content: bytes, field: str) -> dict[str, Any]:
    """Return the mapping that a JSON or YAML file holds.

    Raises:
        Invalid: ``field`` is empty, too large, neither JSON nor YAML, nested too deeply, several documents, no mapping,
            or grows beyond bounds through its aliases.
    """
    if not content.strip():
        raise refused(field, "The file is empty.")
    if len(content) > MOST_BYTES:
        raise refused(
            field,
            f"Send at most {MOST_BYTES // 1024**2} MB. This file has {len(content) / 1024**2:.1f} MB.",
        )
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(field, "The file is not text in UTF-8.") from error
    value = _json(written, field) if written.lstrip()[:1] == "{" else None
    if value is None:
        value = _yaml(written, field)
    if not isinstance(value, dict):
        raise refused(field, "The file is no contract: it holds no mapping of names to values.")
    return value


def number(value: Any) -> float | None:
    """Return a finite number, also one that YAML left as text because it would not come back as it was written."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if abs(found) != float("inf") and found == found else None


def frozen(value: Any) -> Any:
    """Return a value that equals another exactly when JSON Schema says so: 1 is 1.0, and true is not 1."""
    if isinstance(value, dict):
        return "{}", frozenset((name, frozen(item)) for name, item in value.items())
    if isinstance(value, list):
        return "[]", tuple(frozen(item) for item in value)
    return isinstance(value, bool), value


def same(old: Any, new: Any) -> bool:
    """Return whether two values are one in JSON."""
    return old is new or (old == new and frozen(old) == frozen(new))


def refused(field: str, reason: str) -> Invalid:
    """Return the refusal of one of the two files."""
    return Invalid({field: [reason]})


def _json(written: str, field: str) -> Any:
    """Return a JSON value, or None when the text is something else: YAML may begin with a brace too."""
    try:
        value = json.loads(written, object_pairs_hook=lambda pairs: _once(pairs, field))
    except RecursionError as error:
        raise _too_deep(field) from error
    except ValueError:
        return None
    if _deeper_than(value, _DEEPEST):
        raise _too_deep(field)
    if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise refused(field, "The file holds half a surrogate pair, which no database keeps.")
    return value


def _once(pairs: list[tuple[str, Any]], field: str) -> dict[str, Any]:
    """Refuse a name that stands twice in one object: readers differ in which of the two they take."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
    raise refused(field, f"The file says “{twice[:60]}” twice in one object.")


def _deeper_than(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels + 1):
        layer = [
            child
            for node in layer
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not layer:
            return False
    return True


def _yaml(written: str, field: str) -> Any:
    try:
        documents = read_documents(written, max_values=_MOST_VALUES)
    except RecursionError as error:
        raise _too_deep(field) from error
    if not documents:
        raise refused(field, "The file is empty.")
    if documents[0].problem:
        raise refused(field, f"The file is neither JSON nor YAML that can be read. {documents[0].problem}")
    if len(documents) > 1:
        raise refused(field, f"The file holds {len(documents)} documents. Send one contract at a time.")
    return documents[0].value


def _too_deep(field: str) -> Invalid:
    return refused(field, f"The file is nested deeper than {_DEEPEST} levels.")
