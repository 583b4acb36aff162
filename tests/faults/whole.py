"""Is the ledger whole? Everything is counted and hashed again from the entries' own bytes."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from apps.audit.models import AuditEvent, AuditLeaf, AuditPending, Checkpoint
from apps.audit.rules.merkle import root_of
from apps.audit.rules.notes import head_of
from apps.audit.services import keyring

MOST_ROOTS = 60


def assert_whole(count: int) -> None:
    """Check that each of ``count`` entries has one leaf, in the order of its record, under each signed root."""
    assert AuditEvent.objects.count() == count
    assert not AuditPending.objects.exists()
    rows = list(
        AuditLeaf.objects.order_by("index").values_list(
            "index", "event_id", "event__object_type", "event__object_id", "event__object_seq", "event__entry"
        )
    )
    assert [row[0] for row in rows] == list(range(count))
    assert len({row[1] for row in rows}) == count
    steps: dict[tuple[str, str], int] = {}
    for _, _, kind, ident, seq, _ in rows:
        steps[kind, ident] = steps.get((kind, ident), 0) + 1
        assert seq == steps[kind, ident]
    assert_signed([hashlib.sha256(b"\x00" + bytes(row[5])).digest() for row in rows])


def assert_signed(hashes: list[bytes]) -> None:
    """Check signed checkpoints, many and always the last, against the leaf hashes; the last is held outside too."""
    key = keyring.signer().verifier
    checkpoints = list(Checkpoint.objects.order_by("-size"))
    assert checkpoints[0].size == len(hashes)
    for checkpoint in checkpoints[:: len(checkpoints) // MOST_ROOTS + 1]:
        head = head_of(checkpoint.note, key)
        assert head.size == checkpoint.size
        assert head.root == bytes(checkpoint.root) == root_of(hashes[: head.size])
    held = head_of((Path(settings.PORTAL_HOME) / "ledger.head").read_text(), key)
    assert held.size == len(hashes)


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a condition.

    Raises:
        AssertionError: it did not come to hold in time.
    """
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.01)
