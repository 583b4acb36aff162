"""Cards in the formats of others, read and written. Nothing here fetches anything.

- ``FORMATS``: Hugging Face, the Model Card Toolkit, CycloneDX.
- ``read_file``: a file's bytes → what it gives, what was left of it, and the file itself to keep.
- ``write_file``: a card → a file, and what it cannot hold. A card that came from such a file goes back into it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.cards.rules.fields import EXTRA
from apps.cards.rules.formats import cyclonedx, front, huggingface, toolkit
from apps.cards.rules.formats.files import check_not_markup, refused, text_of_file
from apps.cards.rules.formats.telling import Left, Lost, Taken, Written, lost_of
from apps.core.errors import Invalid

__all__ = [
    "FORMATS",
    "Format",
    "Left",
    "Lost",
    "Taken",
    "Written",
    "format_of",
    "read_file",
    "write_file",
]


@dataclass(frozen=True)
class Format:
    """A format: its name in addresses, what people call it, how its files end, and their media type."""

    name: str
    label: str
    suffix: str
    media_type: str
    read: Callable[[str], Taken]
    write: Callable[[Mapping[str, Any], str], str]


FORMATS = {
    each.name: each
    for each in (
        Format("huggingface", "Hugging Face model card", ".md", "text/markdown", huggingface.read, huggingface.write),
        Format("toolkit", "Model Card Toolkit", ".json", "application/json", toolkit.read, toolkit.write),
        Format(
            "cyclonedx", "CycloneDX ML-BOM", ".cdx.json", "application/vnd.cyclonedx+json",
            cyclonedx.read, cyclonedx.write,
        ),
    )
}  # fmt: skip


def format_of(text: str) -> Format:
    """Return the format that a text looks like: Markdown, unless it begins as JSON does."""
    bare = text.strip()
    if bare.startswith("{"):
        return FORMATS["cyclonedx" if '"bomFormat"' in text else "toolkit"]
    return FORMATS["toolkit" if bare.startswith("[") and bare.endswith("]") else "huggingface"]


def read_file(data: bytes, name: str = "") -> tuple[Format, Taken]:
    """Return the format of a file and what it gives; the file itself is in the content, to be written back into.

    Args:
        name: the name of the format; found out from the file when it is not given.

    Raises:
        Invalid: (``file``) it cannot be read, with the reason and the line where there is one.
    """
    text = text_of_file(data)
    if name and name not in FORMATS:
        raise refused(f"“{name[:60]}” is no format. The portal reads {', '.join(FORMATS)}.")
    check_not_markup(text)
    found = FORMATS[name] if name else format_of(text)
    taken = found.read(text)
    return found, Taken(taken.content | {EXTRA: {found.name: text}}, taken.stated, taken.left)


def write_file(content: Mapping[str, Any], name: str) -> Written:
    """Return a card as a file of a format, and what that cannot hold."""
    found = FORMATS[name]
    original = _readable(found, (content.get(EXTRA) or {}).get(name, ""))
    text = found.write(content, original)
    lost = lost_of(content, found.read(text).said, found.label)
    return Written(text, lost + _comments(original, text))


def _readable(found: Format, text: str) -> str:
    """Return the file that a card keeps, or nothing where it is none that could have been imported."""
    try:
        found.read(text)
    except Invalid:
        return ""
    return text


def _comments(original: str, text: str) -> tuple[Lost, ...]:
    """Say that comments of a front matter are gone, where it had to be written anew."""
    before, after = front.split(original)[0], front.split(text)[0]
    if before == after or not front.has_comments(before):
        return ()
    return (Lost("Comments", "in the front matter are not written: what it says has changed since."),)
