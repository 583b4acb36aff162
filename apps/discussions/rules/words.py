"""What may be said, and whom it names. Pure: no database, no clock."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core.decisions import ALLOWED, Decision, denied

LONGEST = 4000
"""Characters of one comment."""
MOST_NAMED = 10
"""People whom one comment may name: each of them gets mail."""
BURST, BURST_TIME = 20, timedelta(minutes=5)
"""So many comments a person may write in that time."""
EDIT_TIME = timedelta(minutes=15)
"""How long a person may word a comment again. After that, others may have answered what it said."""

# An address such as ann@example.org names nobody: a letter stands before its @.
_NAMED = re.compile(r"(?<![\w@./+-])@(\w[\w.+-]*)")


@dataclass(frozen=True)
class Piece:
    """A piece of a comment: plain words, or the user name of a person who is named."""

    text: str
    named: str = ""


def pieces(text: str) -> list[Piece]:
    """Return a text cut at each name in it, so that nothing of it is lost."""
    found: list[Piece] = []
    at = 0
    for match in _NAMED.finditer(text):
        name = _bare(match[1])
        found += [Piece(text[at : match.start()]), Piece(f"@{name}", name)]
        at = match.start() + 1 + len(name)
    return [piece for piece in [*found, Piece(text[at:])] if piece.text]


def named_in(text: str) -> list[str]:
    """Return each user name that follows an @, once, in order. A full stop at its end ends the sentence."""
    return list(dict.fromkeys(piece.named for piece in pieces(text) if piece.named))


def _bare(name: str) -> str:
    return name.rstrip(".-+") or name


def clean(text: str) -> str:
    """Return a text as it is kept: one kind of line end, no NUL, and no space at its ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def text_problem(text: str) -> str:
    """Return why a comment cannot be taken as it is, or nothing."""
    if not text:
        return "Write something first."
    if len(text) > LONGEST:
        return f"Shorten this to {LONGEST:,} characters. It has {len(text):,}."
    if len(named_in(text)) > MOST_NAMED:
        return f"Name at most {MOST_NAMED} people in one comment. Each of them gets mail."
    return ""


def naming_problem(
    unknown: Collection[str], left: Collection[str], kept_out: Collection[str], ref: str
) -> str:
    """Return what is wrong with the people that a comment names, or nothing.

    ``unknown`` are names that nobody has, ``left`` are people who have left, ``kept_out`` may not see the subject.
    """
    said = [f"Nobody has the name @{name}. Correct it, or take the @ away." for name in unknown]
    said += [f"{name} has left. Take the @ away, or name someone else." for name in left]
    said += [f"{name} may not see {ref}, so cannot read this. Take the @ away." for name in kept_out]
    return " ".join(said)


def burst_problem(written: int) -> str:
    """Return why a person should wait before the next comment, or nothing. ``written``: in the last while."""
    if written < BURST:
        return ""
    minutes = int(BURST_TIME.total_seconds() // 60)
    return f"You wrote {written} comments in {minutes} minutes. Wait a little, then send this one again."


def may_edit(*, own: bool, withdrawn: bool, written_at: datetime, now: datetime) -> Decision:
    """Return whether a person may word a comment again."""
    decision = may_withdraw(own=own, withdrawn=withdrawn)
    if decision and now >= written_at + EDIT_TIME:
        minutes = int(EDIT_TIME.total_seconds() // 60)
        return denied(
            f"A comment can be edited for {minutes} minutes. Others may have answered it since.",
            "Reply to it and say what you meant.",
        )
    return decision


def may_withdraw(*, own: bool, withdrawn: bool) -> Decision:
    """Return whether a person may take a comment back. It stays in the record."""
    if not own:
        return denied("Only its author can change a comment.", "Reply to it.")
    if withdrawn:
        return denied("You have withdrawn this comment already.")
    return ALLOWED
