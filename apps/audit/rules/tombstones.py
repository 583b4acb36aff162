"""What stays of a retired entry, and the signed statement about a number of them.

A line is RFC 8785 JSON, ``{"at","index","leaf_hash","object":{"id","seq","type"}}``: enough to know the entry's place
and hash in the tree, its step among the entries of its record, and whether it lies in a period. A statement,
``{"at","decided_by","lines":[…],"policy","v":1}``, lists the hex SHA-256 of each line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from apps.core import clock
from apps.core.canonical import canonical_bytes

LABEL = "tombstone"
"""Keeps the signature of a statement apart from checkpoints and bundles."""

TOMBSTONE = b'{"at":'
"""How the line of a tombstone begins, and no entry: the keys of an entry begin with its actor."""

RETIRED = "entry.retired"
"""What stands in the search column for the event of a retired entry."""


@dataclass(frozen=True)
class Leaf:
    """A sealed entry as its tombstone names it."""

    event_id: int
    index: int
    leaf_hash: bytes
    object_type: str
    object_id: str
    object_seq: int
    at: datetime

    @property
    def line(self) -> bytes:
        """Return the tombstone's line."""
        return canonical_bytes(
            {
                "at": clock.iso(self.at),
                "index": self.index,
                "leaf_hash": self.leaf_hash.hex(),
                "object": {"id": self.object_id, "seq": self.object_seq, "type": self.object_type},
            }
        )


def statement(*, policy: str, decided_by: str, at: datetime, lines: Sequence[bytes]) -> bytes:
    """Return the statement that these lines are all that stays, under a policy that an actor decided on."""
    return canonical_bytes(
        {
            "at": clock.iso(at),
            "decided_by": decided_by,
            "lines": [sha256(line).hexdigest() for line in lines],
            "policy": policy,
            "v": 1,
        }
    )
