"""Files that strangers made, as text and as JSON, within bounds."""

import json
from collections import Counter
from typing import Any

from apps.cards.rules.fields import LARGEST_FILE
from apps.core.errors import Invalid

MOST_VALUES = 50_000
DEEPEST = 64


def refused(reason: str, remedy: str = "") -> Invalid:
    """Return the refusal of a file."""
    return Invalid({"file": [reason]}, remedy=remedy)


def text_of_file(data: bytes) -> str:
    """Return the text of a file.

    Raises:
        Invalid: (``file``) it is empty, too large, no UTF-8, or holds NUL, which no database keeps.
    """
    if len(data) > LARGEST_FILE:
        most = LARGEST_FILE // 1024**2
        raise refused(f"Send at most {most} MB. This file has {len(data) / 1024**2:.1f} MB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(
            f"The file is not text in UTF-8: byte {error.start + 1:,} belongs to no character.",
            "Save it as UTF-8, then import it again.",
        ) from None
    if "\x00" in text:
        raise refused("The file holds a NUL character, which no text has.")
    if not text.strip():
        raise refused("The file is empty.")
    return text


def check_not_markup(text: str) -> None:
    """Refuse XML and web pages, with what they are: only a heading or JSON begins a card.

    Raises:
        Invalid: (``file``) it is one of them.
    """
    head = text.lstrip()[:2_000].lower()
    if head.startswith(("<!doctype html", "<html")):
        raise refused("This is a web page. Bring the file that it was made from: Markdown, or JSON.")
    if head.startswith(("<?xml", "<bom")):
        what = "a CycloneDX bill of materials in XML" if "cyclonedx" in head else "XML"
        raise refused(f"This is {what}. Export it as JSON, then bring it in again.")


def parsed_json(text: str) -> dict[str, Any]:
    """Return the object that a JSON text is. ``NaN`` and the infinities, which JSON does not know, are read as such.

    Raises:
        Invalid: (``file``) it is no JSON, no object, names a key twice, or is too deep or too large.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        said = f"This is not valid JSON, line {error.lineno}, column {error.colno}: {error.msg}."
        raise refused(said) from None
    except RecursionError:
        raise refused(f"It is nested deeper than {DEEPEST} levels.") from None
    except ValueError:  # a number of more than 4,300 digits
        raise refused("It holds a number that is too long.") from None
    if not isinstance(value, dict):
        raise refused("The file holds no names and values: its JSON is no object.")
    _bounded(value)
    return value


def written_json(document: dict[str, Any]) -> str:
    """Return a document as JSON text. What is no number goes out as text, for JSON has no word for it."""
    clean = _without_nan(document)
    text = json.dumps(clean, indent=2, ensure_ascii=False)
    halves = any("\ud800" <= each <= "\udfff" for each in text)
    return (json.dumps(clean, indent=2) if halves else text) + "\n"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise refused(
            f"The name “{twice[:60]}” stands twice in one object, so nobody knows which one counts."
        )
    return found


def _bounded(value: Any) -> None:
    """Refuse what is too deep or holds too many values, or text that cannot be kept."""
    count, layer, depth = 0, [value], 0
    while layer:
        count, depth = count + len(layer), depth + 1
        if depth > DEEPEST:
            raise refused(f"It is nested deeper than {DEEPEST} levels.")
        if count > MOST_VALUES:
            raise refused(f"It holds more than {MOST_VALUES:,} values.")
        layer = [
            each
            for one in layer
            if isinstance(one, dict | list)
            for each in (one.values() if isinstance(one, dict) else one)
        ]


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_nan(each) for each in value]
    return str(value) if isinstance(value, float) and value - value != 0 else value
