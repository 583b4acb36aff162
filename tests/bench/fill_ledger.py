"""Fill the ledger of a scratch portal with well-formed entries, which the portal's own sealer seals."""

import hashlib
import random
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from apps.accounts.models import User
from apps.audit.services import seal_pending
from tests.bench.__main__ import say

ENTRIES = 1_000_000
THINGS = ["credit", "fraud", "demand", "churn", "pricing", "basket", "claims", "routing", "search", "loyalty"]
REASONS = ["on newer data", "after the audit", "for the autumn range", "to the new feature set"]
EVENTS = [
    "change.drafted",
    "change.submitted",
    *["approval.signed"] * 5,
    "change.approved",
    "change.started",
    "change.completed",
]
COMMENTED = {4, 6}
"""The places in ``EVENTS`` whose entries have a private text."""


def make_ledger(draw: random.Random, people: list[User], until: datetime, count: int = ENTRIES) -> None:
    """Write entries, ten a change and two of them with a comment, and let the portal's sealer seal them."""
    say(f"{count:,} ledger entries")
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('audit_event', 'id'))")
        first = cursor.fetchone()[0] + 1
    texts: list[tuple[int, str, bytes, str]] = []
    columns = "(object_type, object_id, object_seq, entry, leaf_hash, event, actor_key, at)"
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY audit_event {columns} FROM STDIN") as copy:  # type: ignore[attr-defined]
            for n in range(count):
                text = comment(draw, first + n) if n % 10 in COMMENTED else None
                if text:
                    texts.append(text)
                copy.write_row(ledger_row(draw, people, n, until - timedelta(seconds=30 * (count - n)), text))
        with cursor.copy("COPY audit_text (event_id, name, salt, text) FROM STDIN") as copy:  # type: ignore[attr-defined]
            for text in texts:
                copy.write_row(text)
        cursor.execute(
            "INSERT INTO audit_pending (event_id) SELECT id FROM audit_event WHERE id >= %s ORDER BY id",
            [first],
        )
    say("sealing")
    while seal_pending():
        pass


def comment(draw: random.Random, event_id: int) -> tuple[int, str, bytes, str]:
    """Return a private text of an entry: its number, name, salt and words."""
    said = f"The {draw.choice(THINGS)} figures hold {draw.choice(REASONS)}, I read run {draw.randrange(100_000)}."
    return event_id, "comment", draw.randbytes(16), said


def ledger_row(
    draw: random.Random, people: list[User], n: int, at: datetime, text: tuple[int, str, bytes, str] | None
) -> tuple[Any, ...]:
    """Return one well-formed entry; its JSON is written canonical (RFC 8785) by hand, which is faster."""
    ref, seq, event = f"CHG-{1001 + n // 10}", n % 10 + 1, EVENTS[n % 10]
    person = draw.choice(people).pk
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    private = ""
    if text:
        _, name, salt, said = text
        private = f'"{name}":"{hashlib.sha256(salt + said.encode()).hexdigest()}"'
    entry = (
        f'{{"actor":{{"id":"{person}","kind":"person"}},"at":"{stamp}","data":{{"revision":1}},"event":"{event}",'
        f'"object":{{"id":"{ref}","seq":{seq},"type":"change"}},"private":{{{private}}},"v":1}}'
    ).encode()
    leaf = hashlib.sha256(b"\x00" + entry).digest()
    return "change", ref, seq, entry, leaf, event, f"person:{person}", at
