"""How long a card may be as a PDF, so that whoever asks for one waits three seconds at most.

Setting a page costs next to nothing; its parts do: cells, list items, lines, words set apart. Each takes about 0.1 ms
on one core of two, whichever it is (10,000 cells of tables, on 100 pages: 1.5 s).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from apps.core.errors import Conflict

MOST_PARTS = 25_000
MOST_TEXT = 1_000_000
_LINE = 200
"""So many characters cost as much as a part."""
_ODD = 10
"""So many parts costs each character beyond Latin-1: it may have no glyph, which is tried of each by itself."""


def check_text(said: Mapping[str, Any]) -> None:
    """Raise Conflict where a card has too much text to look at its parts."""
    if len(json.dumps(said, ensure_ascii=False)) > MOST_TEXT:
        raise _too_long(f"more than {MOST_TEXT:,} characters, and a PDF takes no more")


def check_parts(sections: Iterable[Mapping[str, Any]]) -> None:
    """Raise Conflict where the sections of a card have more parts than a PDF takes."""
    parts, odd = 0, set[str]()
    waiting: list[Any] = list(sections)
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [value for key, value in one.items() if key != "kind"]
        elif isinstance(one, list):
            parts += 1
            waiting += one
        elif isinstance(one, str):
            parts += 1 + one.count("\n") + len(one) // _LINE
            if not one.isascii():
                odd.update(each for each in one if each > "\xff")
    parts += _ODD * len(odd)
    if parts > MOST_PARTS:
        raise _too_long(f"about {parts:,} cells, list items and lines, and a PDF takes {MOST_PARTS:,}")


def _too_long(measure: str) -> Conflict:
    return Conflict(
        f"This card is too long for a PDF: it has {measure}.",
        remedy="Take it along in another format, or move its longest tables to where they can be linked.",
    )
