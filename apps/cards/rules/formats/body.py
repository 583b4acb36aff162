"""The Markdown of a Hugging Face card, section by section.

A section with a heading that we know goes to its field, with the deeper sections in it that we do not know. All
others are documentation. A card that is written again keeps every section that has not changed, to the byte.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

DOCUMENTATION = "documentation"
TITLE = "name"

HEADINGS = {
    "overview": ("Model description", "Overview", "Description", "Summary", "Model summary"),
    "version_diff": ("What is new", "Changes", "Changelog"),
    "intended_use": (
        "Intended use", "Direct use", "Intended uses", "Intended uses & limitations", "Uses", "Use", "Model use",
        "Primary intended uses", "Use cases",
    ),
    "users": ("Users", "Intended users", "Primary intended users"),
    "prohibited_use": (
        "Out-of-scope use", "Out-of-scope uses", "Out-of-scope use cases", "Not for", "Prohibited use",
        "Prohibited uses", "Misuse, malicious use, and out-of-scope use",
    ),
    "limitations": (
        "Limitations", "Bias, risks, and limitations", "Limitations and bias", "Limitations and biases",
        "Bias and limitations", "Risks and limitations", "Known limitations", "Performance and limitations",
    ),
    "tradeoffs": ("Trade-offs", "Tradeoffs"),
    "training_data": ("Training data", "Training dataset", "Training and evaluation data", "Data"),
    "evaluation": ("Evaluation", "Evaluation results", "Results", "Eval results", "Performance"),
    "architecture": ("Model architecture", "Architecture", "Model architecture and objective"),
    "environmental": ("Environmental impact", "Environment"),
    "human_oversight": ("Human oversight",),
    "monitoring_plan": ("Monitoring plan", "Monitoring"),
    "citations": ("Citation", "BibTeX entry and citation info", "Citation information", "How to cite"),
    DOCUMENTATION: ("Documentation",),
}  # fmt: skip
"""Each field that is a section, with the headings that mean it. We write the first."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_TODO = re.compile(r"\[?more information needed\]?(?:\(https?://[^\s()]{0,200}\))?", re.IGNORECASE)
_TITLE = re.compile(r"model card(?: for\b| ?:| -)? *", re.IGNORECASE)


def _plain(title: str) -> str:
    return " ".join(re.sub(r"[^\w&]+", " ", title.lower()).split())


_FIELDS = {_plain(title): name for name, titles in HEADINGS.items() for title in titles}


@dataclass
class Part:
    """A stretch of the text: which field it is for, its heading as it stands there, and what follows."""

    field: str
    heading: str
    text: str

    @cached_property
    def value(self) -> str:
        """Return what the field gets of it; nothing when it holds only comments, or asks to be filled in."""
        if self.field == TITLE:
            title = " ".join(_title(self.heading)[1].split())
            return title[found.end() :] or title if (found := _TITLE.match(title)) else title
        said = _without_comments(self.text)
        if self.heading and not _TODO.sub("", said).strip():
            return ""
        return ((self.heading if self.field == DOCUMENTATION else "") + said).replace("\r\n", "\n").strip()

    @property
    def place(self) -> str:
        """Return where it stands, in words."""
        title = " ".join(self.heading.strip("# \r\n").split())
        return f"section “{title[:80]}”" if title else "the text before the first section"


def parts_of(text: str) -> list[Part]:
    """Return the parts of a Markdown text. Together they are the text."""
    drafts: list[tuple[str, str, list[str]]] = []
    level, titled = 0, False
    for heading, below in _sections(text):
        depth, title = _title(heading)
        known = _FIELDS.get(_plain(title), "")
        before = drafts[-1][0] if drafts else ""
        if depth == 1 and not titled and not known:
            drafts += [(TITLE, heading, []), ("", "", [below])]
            titled = True
        elif known:
            drafts.append((known, heading, [below]))
            level = depth
        elif before == DOCUMENTATION or (before in HEADINGS and depth > level):
            drafts[-1][2].extend((heading, below))
        else:
            drafts.append((DOCUMENTATION if heading else "", heading, [below]))
    return _settled([Part(field, heading, "".join(texts)) for field, heading, texts in drafts])


def _settled(parts: list[Part]) -> list[Part]:
    """Give text that stands under no section to the overview, or to the documentation where there is one."""
    has_overview = any(part.field == "overview" and part.value for part in parts)
    for part in parts:
        if not part.field:
            part.field = DOCUMENTATION if has_overview or not part.text.strip() else "overview"
            has_overview = has_overview or part.field == "overview"
    return [part for part in parts if part.heading or part.text]


def values_of(parts: list[Part]) -> dict[str, str]:
    """Return the text of each field, of all its parts."""
    values: dict[str, list[str]] = {}
    for part in parts:
        if part.value:
            values.setdefault(part.field, []).append(part.value)
    return {name: "\n\n".join(said) for name, said in values.items()}


def _title(heading: str) -> tuple[int, str]:
    """Return how deep a heading is, and what it says; nothing of what is none."""
    bare = heading.strip("\r\n")
    found = _HEADING.match(bare)
    if not found:
        return 0, ""
    said = bare[found.end() :].strip(" \t")
    open_end = said.rstrip("#")
    return len(found[1]), open_end.rstrip(" \t") if open_end.endswith((" ", "\t")) or not open_end else said


def _without_comments(text: str) -> str:
    """Return a text without its HTML comments; one that does not end is none."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


def written(content: Mapping[str, Any]) -> str:
    """Return the Markdown of a card that was never a file."""
    title = f"# {content[TITLE]}\n" if content.get(TITLE) else ""
    return "\n".join([*filter(None, [title]), *_new_sections(content, list(HEADINGS))])


def rewritten(original: str, base: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    """Return a Markdown text with every field that differs from ``base`` as it is now."""
    parts = parts_of(original)
    changed = {name for name in (TITLE, *HEADINGS) if _said(base, name) != _said(content, name)}
    result: list[str] = []
    done: set[str] = set()
    for part in parts:
        if part.field not in changed:
            result.append(part.heading + part.text)
        elif part.field not in done:
            done.add(part.field)
            result.append(_replaced(part, _said(content, part.field)))
    new = _new_sections(content, [name for name in HEADINGS if name in changed - done])
    joined = "".join(result)
    if new and joined and not joined.endswith("\n"):
        joined += "\n"
    joined = "\n".join([joined, *new]) if joined else "\n".join(new)
    return joined.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in original else joined


def _replaced(part: Part, said: str) -> str:
    if not said:
        return ""
    if part.field == TITLE:
        return f"# {said}\n\n"
    heading = part.heading.rstrip("\r\n")
    if part.field == DOCUMENTATION:
        heading = "" if said.startswith("#") else "## Documentation"
    return "\n\n".join(filter(None, [heading, said])) + "\n\n"


def _new_sections(content: Mapping[str, Any], names: list[str]) -> Iterator[str]:
    for name in names:
        said = _said(content, name)
        if said:
            yield f"## {HEADINGS[name][0]}\n\n{said if name == DOCUMENTATION else _deeper(said)}\n"


def _said(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name) or ""
    return "\n\n".join(row["citation"] for row in value) if isinstance(value, list) else str(value)


def _deeper(text: str) -> str:
    """Return a text whose headings lie below that of its section."""
    sections = list(_sections(text))
    levels = [_title(heading)[0] for heading, _ in sections if heading]
    down = "#" * max(0, 3 - min(levels, default=3))
    if not down or max(levels) + len(down) > 6:
        return text
    return "".join((heading and _lowered(heading, down)) + below for heading, below in sections)


def _lowered(heading: str, down: str) -> str:
    return heading.replace("#", down + "#", 1)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield each heading with what follows it; first what stands before any, when there is something."""
    lines = list(_marked(_lines(text)))
    heading = ""
    for is_heading, group in groupby(lines, key=lambda line: line[1]):
        if not is_heading:
            yield heading, "".join(line for line, _ in group)
            heading = ""
            continue
        for line, _ in group:
            if heading:
                yield heading, ""
            heading = line
    if heading:
        yield heading, ""


def _lines(text: str) -> list[str]:
    """Return the lines with their ends: a line of Markdown ends at a line feed or a carriage return alone."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _marked(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Yield each line and whether it is a heading. Within code and comments nothing is."""
    fence, in_comment = "", False
    for line in lines:
        bare = line.rstrip("\r\n")
        found = _FENCE.match(bare)
        if fence:
            if found and found[1][0] == fence[0] and len(found[1]) >= len(fence) and not bare.strip(" `~"):
                fence = ""
            yield line, False
        elif in_comment:
            in_comment = "-->" not in bare
            yield line, False
        elif found:
            fence = found[1]
            yield line, False
        else:
            yield line, bool(_HEADING.match(bare))
            in_comment = "<!--" in bare and "-->" not in bare.rsplit("<!--", 1)[1]
