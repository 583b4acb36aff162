"""Texts of a card that other formats keep as a list of texts: a Markdown list, or one paragraph.

A list becomes one text and the text the same list again, and a text becomes a list and the list the same text.
"""

from collections.abc import Sequence

_BULLET = "- "


def text_of(items: Sequence[str]) -> str:
    """Return one text: the only item as it is, several as a Markdown list."""
    items = [item for item in (each.strip() for each in items) if item]
    if len(items) == 1:
        return items[0]
    return "\n".join(_BULLET + item.replace("\n", "\n  ") for item in items)


def items_of(text: str) -> list[str]:
    """Return a text's items: those of a Markdown list that is the whole text, else the text as the only one."""
    text = text.strip()
    if not text:
        return []
    items: list[str] = []
    for line in text.split("\n"):
        if line.startswith(_BULLET) and line[2:].strip():
            items.append(line[2:])
        elif items and line.startswith("  "):
            items[-1] += "\n" + line[2:]
        else:
            return [text]
    return items if len(items) > 1 and text_of(items) == text else [text]
