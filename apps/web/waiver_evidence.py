"""What those who sign a waiver judge by: which conflict, between what, until when, why, and what is done instead."""

from datetime import datetime

from apps.accounts.models import User
from apps.calendar.enums import ConflictKind
from apps.calendar.selectors import waiver_for
from apps.web import dates
from apps.web.evidence import Block, Facts, Lines, Prose


def waiver_evidence(user: User, ref: str) -> list[Block]:
    """Return the evidence on a waiver such as WVR-3, from the content whose digest is signed."""
    found = waiver_for(user, ref)
    if found is None:
        return []
    said = found.content
    start, end, until = (datetime.fromisoformat(said[name]) for name in ("start", "end", "until"))
    sides = [said[name] for name in ("booking", "other", "period") if said[name]]
    facts = [
        ("Conflict", ConflictKind(said["kind"]).label),
        ("Between", " and ".join(sides)),
        ("They meet", dates.window(start, end)),
        ("Waived until", dates.when(until)),
    ]
    blocks: list[Block] = [
        Prose("Why it should go out all the same", said["reason"]),
        Prose("What is done instead", said["compensating"]),
        Facts("What is waived", facts),
    ]
    if said["path"]:
        blocks.append(Lines("The path between them", list(said["path"])))
    return [
        *blocks,
        Prose(
            "What your signature allows",
            "Once everyone asked has signed, this conflict keeps neither side back until the waiver ends. Then it "
            "counts again. Whoever signed may take the waiver back before.",
        ),
    ]
