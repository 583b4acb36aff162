"""What a message of a communication plan says, made from the change as it was signed. Pure.

It says the same to two audiences: in plain words to whoever decides or reads, and with versions, reach and the way back
to whoever builds and runs what it moves.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.accounts.enums import Role
from apps.changes.enums import ChangeState, MessageTime
from apps.changes.rules.messages import BEFORE, Course
from apps.changes.rules.window import said

TECHNICAL = (Role.STEWARD, Role.VALIDATOR, Role.OWNER, Role.REQUESTER)
"""Whoever holds one of these reads the technical text, whatever else they hold."""
_NAMED = 5
Content = dict[str, Any]


@dataclass(frozen=True)
class Texts:
    """A message in plain words and in technical ones."""

    plain: str
    technical: str


def texts_of(at: str, content: Content, course: Course, note: str) -> Texts:
    """Return both texts of a message. ``content`` is that of the revision; ``note`` is what its planner adds."""
    happened = _happened(MessageTime(at), content, course)
    over = at in (MessageTime.ENDS, MessageTime.GOES_BACK)
    plain = [happened, _why(content), "" if over else _undone(content), _met(content), note]
    technical = [
        happened,
        f"Moves: {_moves(content)}.",
        f"Reaches: {_reach(content)}.",
        "" if over else _stops(content),
        "" if over else _way_back(content),
        note,
    ]
    return Texts(*("\n\n".join(part for part in each if part) for each in (plain, technical)))


def _happened(at: MessageTime, content: Content, course: Course) -> str:
    zone = content["window"]["time_zone"]
    opens, closes = (_moment(content["window"][name], zone) for name in ("start", "end"))
    if at in BEFORE:
        return f"We plan to make this change on {opens}. It should be done by {closes}."
    if at == MessageTime.STARTS:
        return f"The change has started. It should be done by {closes}."
    if at == MessageTime.ENDS:
        return f"The change is done{_ended(course, zone)}."
    if course.state == ChangeState.FAILED:
        return f"The change failed{_ended(course, zone)}. Whoever leads it says what comes next."
    return f"We have gone back to how things were before{_ended(course, zone)}."


def _moment(iso: str | None, zone: str) -> str:
    return said(datetime.fromisoformat(iso), zone) if iso else "a day to be named"


def _ended(course: Course, zone: str) -> str:
    return f", since {said(course.actual_end, zone)}" if course.actual_end else ""


def _why(content: Content) -> str:
    return " ".join(_sentence(content[name]) for name in ("summary", "outcome") if content[name].strip())


def _undone(content: Content) -> str:
    minutes = content["rollback"]["minutes"]
    if minutes is None:
        return ""
    return (
        f"If it goes wrong, we can go back in about {'1 minute' if minutes == 1 else f'{minutes:,} minutes'}."
    )


def _met(content: Content) -> str:
    names = [row["title"] for row in _reached(content) if row["kind"] == "product"]
    return f"You may notice it in {_some(names)}." if names else "You should notice nothing of it yourself."


def _reached(content: Content) -> list[Content]:
    return [row for row in content["impact"] if row["included"]]


def _moves(content: Content) -> str:
    moves = [
        f"{row['title']} {row['from']['version']} → {row['to']['version']}"
        if row["from"]
        else f"{row['title']} {row['to']['version']} (new)"
        for row in content["items"]
    ]
    return _some(moves)


def _reach(content: Content) -> str:
    names = [row["title"] for row in _reached(content)]
    return _some(names) if names else "nothing else, as far as the catalog shows"


def _stops(content: Content) -> str:
    criteria = [text.strip().rstrip(".") for text in content["rollback"]["criteria"]]
    return f"We go back when: {'; '.join(criteria)}." if criteria else ""


def _way_back(content: Content) -> str:
    plan = content["rollback"]["plan"]
    return f"The way back: {_sentence(plan)} {_undone(content)}".strip() if plan.strip() else _undone(content)


def _some(names: list[str]) -> str:
    """Return “a, b and c”, with all beyond the first few counted."""
    left = len(names) - _NAMED
    named = [*names[:_NAMED], f"{left} more"] if left > 0 else names
    return f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else "".join(named)


def _sentence(text: str) -> str:
    clean = " ".join(text.split())
    return clean if clean.endswith((".", "!", "?", "…")) else f"{clean}."
