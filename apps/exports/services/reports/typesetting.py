"""Setting a report with typst: facts in, PDF out.

The templates are ours and fixed. Facts reach them as JSON alone, so that no text of a person is ever read as
mark-up. Only the typeface that typst ships is used, nothing is fetched, and the same facts give the same bytes.
"""

import json
import re
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

if TYPE_CHECKING:
    from typst import PDFStandard

_TEMPLATES = Path(__file__).resolve().parents[2] / "typeset"
_STANDARDS: list["PDFStandard"] = ["ua-1", "a-2a"]
"""Tagged for screen readers (ISO 14289-1), and made to be kept (ISO 19005-2, level A)."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""What shows nothing yet can change how its neighbours read, such as controls of direction."""

_LONG_WORD = re.compile(r"\S{24,}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_PROBE = (
    b'#set document(title: "-")\n#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n#sys.inputs.text'
)


def typeset(template: str, facts: dict[str, Any], *, at: datetime) -> bytes:
    """Return the PDF of a template with facts, dated ``at``."""
    clean = _each_text(facts, _without_unseen)
    try:
        return _compiled(template, clean, at)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message and "codepoint" not in error.message:
            raise
    return _compiled(template, _each_text(clean, _printable), at)


def _compiled(template: str, facts: dict[str, Any], at: datetime) -> bytes:
    pdf = typst.compile(
        _TEMPLATES / template,
        root=_TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(_each_text(facts, _breakable), ensure_ascii=False)},
        pdf_standards=_STANDARDS,
        timestamp=int(at.timestamp()),
    )
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _each_text(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(one, change) for key, one in value.items()}
    if isinstance(value, list):
        return [_each_text(one, change) for one in value]
    return value


def _without_unseen(text: str) -> str:
    return _UNSEEN.sub(_code_point, text.replace("\r\n", "\n"))


def _breakable(text: str) -> str:
    """Return the text with places where a very long word may break. A digest stays whole, to be copied."""
    return _LONG_WORD.sub(lambda found: _broken(found[0]), text)


def _broken(word: str) -> str:
    return word if _DIGEST.fullmatch(word) else re.sub(r".{12}(?=.)", "\\g<0>\u200b", word)


def _printable(text: str) -> str:
    """Return the text with each character that no font can show as its number: ``[U+1F680]``."""
    if text.isascii() or _shows(text):
        return text
    return "".join(one if one.isascii() or _shows(one) else f"[U+{ord(one):04X}]" for one in text)


def _code_point(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"


@lru_cache(maxsize=4096)
def _shows(text: str) -> bool:
    """Tell whether typst can set a text: it refuses what its fonts lack, for the standards forbid a blank box."""
    try:
        typst.compile(
            _PROBE,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"text": text},
            pdf_standards=_STANDARDS,
        )
    except typst.TypstError:
        return False
    return True
