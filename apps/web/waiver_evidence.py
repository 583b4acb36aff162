"""What those who sign a waiver judge by: which conflict, between what, until when, why, and what is done instead."""

from datetime import datetime
from typing import Any

from apps.accounts.models import User
from apps.calendar.enums import ConflictKind
from apps.calendar.rules import short_name
from apps.calendar.selectors import waiver_for
from apps.web import dates
from apps.web.evidence import Block, Facts, Lines, Prose

_ALLOWS = (
    "Once everyone asked has signed, {} neither side back until the waiver ends. A conflict that is found between the "
    "two later is not waived. Whoever signed may take the waiver back before."
)


def waiver_evidence(user: User, ref: str) -> list[Block]:
    """Return the evidence on a waiver such as WVR-3, from the content whose digest is signed."""
    found = waiver_for(user, ref)
    if found is None:
        return []
    said = found.content
    sides = [said[name] for name in ("booking", "other", "period") if said[name]]
    # A waiver from before several were waived together holds its one conflict itself.
    every = said.get("conflicts") or [said]
    facts = [
        ("Between", " and ".join(sides)),
        ("Waived until", dates.when(datetime.fromisoformat(said["until"]))),
    ]
    what = "this conflict keeps" if len(every) == 1 else "these conflicts keep"
    return [
        Prose("Why it should go out all the same", said["reason"]),
        Prose("What is done instead", said["compensating"]),
        Facts("What is waived", facts),
        Lines(
            "The conflict" if len(every) == 1 else f"The {len(every)} conflicts",
            [_line(one) for one in every],
        ),
        Prose("What your signature allows", _ALLOWS.format(what)),
    ]


def _line(one: dict[str, Any]) -> str:
    """Return one conflict as those who sign read it: its kind, what it is about, its path and its time."""
    start, end = (datetime.fromisoformat(one[name]) for name in ("start", "end"))
    about = " → ".join(short_name(key) for key in one["path"])
    return f"{ConflictKind(one['kind']).label}{f': {about}' if about else ''}. {dates.window(start, end)}."
