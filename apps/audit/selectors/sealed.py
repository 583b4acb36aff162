"""What is sealed up to where, and the proof for one entry."""

from dataclasses import dataclass
from datetime import datetime

from apps.audit.models import AuditEvent, AuditLeaf, AuditPending, Checkpoint
from apps.audit.rules.merkle import inclusion_proof
from apps.audit.selectors.tree import StoredTree


@dataclass(frozen=True)
class EntryProof:
    """Why an entry is in the tree: its leaf, and the hashes that lead from it to the checkpoint's root."""

    index: int
    leaf_hash: bytes
    checkpoint: Checkpoint
    path: list[bytes]


def latest_checkpoint() -> Checkpoint | None:
    """Return the newest signed checkpoint, or None before the first."""
    return Checkpoint.objects.order_by("-size").first()


def proof_of(event: AuditEvent) -> EntryProof | None:
    """Return an entry's inclusion proof under the newest checkpoint, or None while it waits for its seal."""
    leaf = AuditLeaf.objects.filter(event_id=event.pk).first()
    checkpoint = latest_checkpoint()
    if leaf is None or checkpoint is None:
        return None
    path = inclusion_proof(StoredTree(), leaf.index, checkpoint.size)
    return EntryProof(leaf.index, bytes(event.leaf_hash), checkpoint, path)


def oldest_pending_at() -> datetime | None:
    """Return when the entry that has waited longest for its seal was written, or None when none waits."""
    return AuditPending.objects.order_by("event_id").values_list("event__at", flat=True).first()
