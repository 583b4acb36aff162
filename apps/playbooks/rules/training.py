"""What a course says, how long a completion counts, when people are reminded, and who may write it down."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from apps.accounts.enums import Role
from apps.core.decisions import ALLOWED, Decision, denied
from apps.playbooks.enums import Training
from apps.playbooks.rules.answers import cleaned
from apps.playbooks.rules.comparing import Difference

SOON = timedelta(days=30)
"""So long before it runs out, a completion runs out soon."""
REMINDED = (timedelta(days=7), SOON)
"""So long before it runs out people are told, the last time first."""
LONGEST_DAYS = 3650
LONGEST_TITLE = 120
LONGEST_TEXT = 15_000
LONGEST_EVIDENCE = 500


@dataclass(frozen=True)
class Taught:
    """What a version of a course says. ``teaches`` is Markdown, ``days`` is how long a completion counts.

    Where ``own_word`` is set, people read it and say so themselves.
    """

    title: str
    teaches: str
    roles: tuple[str, ...]
    days: int
    own_word: bool = False

    def cleaned(self) -> "Taught":
        """Return it as it is kept: no NUL, no space around a text, each role once, in the order of the enum."""
        return replace(
            self,
            title=cleaned(self.title, lines=False),
            teaches=cleaned(self.teaches, lines=True),
            roles=tuple(str(role) for role in Role if role in self.roles),
        )

    def content(self) -> dict[str, Any]:
        """Return what the digest is taken over."""
        return {
            "title": self.title,
            "teaches": self.teaches,
            "roles": list(self.roles),
            "days": self.days,
            "own_word": self.own_word,
        }


def courses_compared(before: Taught, after: Taught) -> list[Difference]:
    """Return each part that differs between two versions of a course."""
    old, new = _parts(before), _parts(after)
    return [Difference(label, old[label], new[label]) for label in new if old[label] != new[label]]


def _parts(taught: Taught) -> dict[str, str]:
    return {
        "Title": taught.title,
        "What people know afterwards": taught.teaches,
        "Who it is for": ", ".join(Role(role).label for role in taught.roles),
        "Days that a completion counts": f"{taught.days:,}",
        "Who records it": "People themselves" if taught.own_word else "The owner or a Change Manager",
    }


def wrong_with_course(taught: Taught) -> dict[str, list[str]]:
    """Return what is wrong with a course, by field."""
    problems = {
        "title": _text_problem(taught.title, LONGEST_TITLE, "Give it a title."),
        "teaches": _text_problem(taught.teaches, LONGEST_TEXT, "Say what people should know afterwards."),
        "roles": "" if taught.roles else "Tick at least one role that it is for.",
        "days": "" if 1 <= taught.days <= LONGEST_DAYS else f"Give 1 to {LONGEST_DAYS:,} days.",
    }
    return {name: [problem] for name, problem in problems.items() if problem}


def _text_problem(text: str, most: int, missing: str) -> str:
    if not text:
        return missing
    return f"Shorten this to {most:,} letters. It has {len(text):,}." if len(text) > most else ""


def wrong_with_completion(completed_on: date, evidence: str, today: date) -> dict[str, list[str]]:
    """Return what is wrong with a completion, by field."""
    found = {}
    if completed_on > today:
        found["completed_on"] = ["This day is still to come. Record it once it is done."]
    elif completed_on < today - timedelta(days=LONGEST_DAYS):
        found["completed_on"] = ["This day is too long ago for a completion to count."]
    if evidence and not _is_evidence(evidence):
        found["evidence"] = ["Give an address that begins with https://, or the 64 digits of a SHA-256."]
    return found


def _is_evidence(text: str) -> bool:
    if len(text) == 64 and not set(text) - set("0123456789abcdef"):
        return True
    if len(text) > LONGEST_EVIDENCE or any(letter.isspace() for letter in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def training_on(day: date, runs_out_on: date | None) -> Training:
    """Return how somebody stands on a day whose last completion runs out on another; None: they have none."""
    if runs_out_on is None or runs_out_on <= day:
        return Training.LACKING
    return Training.SOON if runs_out_on - day <= SOON else Training.HELD


def reminder_due(day: date, runs_out_on: date) -> date | None:
    """Return since when somebody should know that a completion runs out, or None where it is too early or too late."""
    if runs_out_on <= day:
        return None
    return next((runs_out_on - before for before in REMINDED if runs_out_on - before <= day), None)


def may_write_courses(roles: Collection[str]) -> Decision:
    """Say whether somebody with these roles may write and retire courses. ``roles`` are those over everything."""
    if Role.CHANGE_MANAGER in roles:
        return ALLOWED
    return denied(
        "Only a Change Manager over everything can write courses, because rules rest on them.",
        "Ask a Change Manager.",
    )


def may_record(roles: Collection[str], *, owns: bool) -> Decision:
    """Say whether somebody may record and withdraw completions of a course: its owner, or a Change Manager."""
    if owns or Role.CHANGE_MANAGER in roles:
        return ALLOWED
    return denied(
        "Only the owner of this course and Change Managers over everything can record who has completed it.",
        "Ask its owner.",
    )
