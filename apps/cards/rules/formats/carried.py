"""What a format has no place for travels in it under our own name, where the format leaves room for such names."""

import json
from collections.abc import Mapping
from typing import Any

from apps.cards.rules.fields import BY_NAME, is_filled
from apps.cards.rules.formats.sheet import Sheet
from apps.cards.rules.formats.source import Node

NAME = "countersign"


def to_carry(content: Mapping[str, Any], read_back: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that do not come back as they are from what the format itself can say."""
    pairs = {name: (content.get(name), read_back.get(name)) for name in BY_NAME if name != "owners"}
    return {
        name: held if is_filled(held) else BY_NAME[name].empty
        for name, (held, back) in pairs.items()
        if held != back and (is_filled(held) or is_filled(back))
    }


def read_carried(sheet: Sheet, name: str, value: Any, node: Node) -> None:
    """Take a field that travelled under our name: it says more than what the format said of it."""
    if name not in BY_NAME or name == "owners":
        return
    node.ledger.take(node.path)
    if is_filled(value):
        sheet.put(name, value, node)
    else:
        sheet.values.pop(name, None)


def as_text(value: Any) -> str:
    """Return a carried value as text: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def of_text(name: str, text: str) -> Any:
    """Return the value that a carried text is for a field, or the text itself where it is none."""
    field = BY_NAME.get(name)
    if field is None or isinstance(field.empty, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
