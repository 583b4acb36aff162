"""Bytes that somebody sent, parsed within bounds."""

import json
import re
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from apps.core.errors import Invalid
from apps.evidence.rules.readings import text

MOST_BYTES = 20_000_000
MOST_VALUES = 1_000_000
MOST_ELEMENTS = 200_000
"""So much may a file of JSON, and one of XML, hold: ten elements and fifty values for each result. In 20 MB fit six
million values, which would hold up everybody for half a minute."""
_DEEPEST_XML = 50
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_UP_TO_A_MARK = re.compile(rb'(?:[^",\[{]++|' + _TEXT + rb")*+(?:[,\[{]|\Z)", re.DOTALL)
"""Every value of JSON but the first stands after one of these marks; in a text they mark nothing."""


def parsed(content: bytes) -> Any:
    """Return a JSON value, or the root of an XML document.

    Bare NaN and Infinity, which several tools write, are read; a finding never takes them for a number.

    Raises:
        Invalid: ``file`` is empty, too large, neither JSON nor XML, or holds what no tool writes (a name twice in one
            object, a document type).
    """
    if not content.strip():
        raise _refused("The file is empty.")
    if len(content) > MOST_BYTES:
        raise _refused(
            f"Send at most {MOST_BYTES // 1_000_000} MB. This file has {len(content) // 1_000_000} MB."
        )
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return _xml(content) if start == b"<" else _json(content)


def _json(content: bytes) -> Any:
    _bound(content)
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise _refused("The file is not text in UTF-8.") from error
    except json.JSONDecodeError as error:
        raise _refused(
            f"The file is neither JSON nor XML: line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise _refused("The file is nested too deeply.") from error
    except ValueError as error:
        # A whole number of thousands of digits.
        raise _refused("The file holds a number that is too long.") from error


def _bound(content: bytes) -> None:
    """Refuse JSON of too many values before it is read. Texts are left out only where that could matter."""
    if sum(content.count(mark) for mark in (b",", b"[", b"{")) < MOST_VALUES:
        return
    if sum(1 for _ in islice(_UP_TO_A_MARK.finditer(content), MOST_VALUES + 1)) > MOST_VALUES:
        raise _too_many("values", MOST_VALUES)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice in one object: readers differ in which of the two they take."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise _refused(f"The file says “{text(name, 60)}” twice in one object.")
        seen.add(name)
    return found


def _xml(content: bytes) -> Element:
    builder = TreeBuilder()
    depth = elements = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if elements > MOST_ELEMENTS:
            raise _too_many("elements", MOST_ELEMENTS)
        if depth > _DEEPEST_XML:
            raise _refused("The file is nested too deeply.")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise _refused(f"The file is not well-formed XML: line {error.lineno}.") from error
    except (LookupError, ValueError) as error:
        raise _refused("The file names an encoding that cannot be read. Send UTF-8.") from error
    return builder.close()


def _no_doctype(*_: Any) -> None:
    """Refuse a document type: no test runner writes one, and entities can grow without bound."""
    raise _refused("The file declares a document type. No test report needs one.")


def _too_many(what: str, most: int) -> Invalid:
    return _refused(f"The file holds more than {most:,} {what}. Send it in parts.")


def _refused(reason: str) -> Invalid:
    return Invalid({"file": [reason]})
