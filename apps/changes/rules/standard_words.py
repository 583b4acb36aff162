"""A version of a standard change as people read it, and what is different between two."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.playbooks.enums import TemplateKind


@dataclass(frozen=True)
class Said:
    """A part of a version in words. ``lines`` are several where it lists things."""

    label: str
    lines: tuple[str, ...]
    numbered: bool = False
    keys: bool = False
    """Whether the lines are keys of components."""

    @property
    def words(self) -> tuple[str, ...]:
        """Return the lines, with components by name."""
        return tuple(component_name(key) for key in self.lines) if self.keys else self.lines

    @property
    def text(self) -> str:
        """Return all of it as one text."""
        return "\n".join(self.words)


@dataclass(frozen=True)
class PartMoved:
    """A part that two versions say differently."""

    label: str
    before: str
    after: str


def said_of(content: dict[str, Any]) -> list[Said]:
    """Return all that a version says, in the order in which people read it."""
    back = content["rollback"]
    return [
        Said("Title", (content["title"],)),
        Said("What is done", (content["summary"],)),
        Said("What it is good for", (content["outcome"],)),
        Said("Components it may move", tuple(content["components"]), keys=True),
        Said(
            "The plan",
            tuple(f"{step['text']}, {minutes(step['minutes'])}" for step in content["steps"]),
            numbered=True,
        ),
        Said("Longest window", (minutes(content["most_minutes"]),)),
        Said("How it is undone", (back["plan"],)),
        Said("Going back takes at most", (minutes(back["minutes"]),)),
        Said("It goes back when", tuple(back["criteria"])),
        Said("What could go wrong", tuple(content["risks"])),
        Said("Documents it needs", (document_names(content["documents"]) or "None",)),
        Said("May be used", (_uses(content["most_uses"]),)),
        Said("Until", (day(content["review_by"]) if content["review_by"] else "No day is set",)),
    ]


def parts_moved(before: dict[str, Any], after: dict[str, Any]) -> list[PartMoved]:
    """Return each part that two versions say differently."""
    pairs = zip(said_of(before), said_of(after), strict=True)
    return [PartMoved(new.label, old.text, new.text) for old, new in pairs if old.lines != new.lines]


def component_name(key: str) -> str:
    """Return “credit-risk (model)”, with its namespace where that is not the usual one: no two keys read the same."""
    kind, _, place = key.partition(":")
    namespace, _, name = place.rpartition("/")
    return f"{name} ({kind.replace('_', ' ')}{'' if namespace == 'default' else f', {namespace}'})"


def minutes(count: int) -> str:
    """Return “1 minute” or “90 minutes”."""
    return f"{count:,} minute{'' if count == 1 else 's'}"


def day(text: str) -> str:
    """Return a day such as 2027-01-31 as people write it."""
    found = date.fromisoformat(text)
    return f"{found.day} {found:%B %Y}"


def document_names(kinds: Iterable[str]) -> str:
    """Return kinds of document by name, with commas between."""
    return ", ".join(TemplateKind(kind).label for kind in kinds)


def _uses(most: int | None) -> str:
    if most is None:
        return "Any number of times"
    return "Once" if most == 1 else f"{most:,} times"
