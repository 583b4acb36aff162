"""The ledger's tables. Entries and leaves are append-only: triggers in migration 0002 see to that."""

from django.db import models

from apps.audit.enums import AnchorKind, AnchorState


class AuditEvent(models.Model):
    """One entry of the ledger.

    ``entry`` holds the canonical bytes that are hashed; the other columns repeat parts of it so that it can
    be searched, and prove nothing. ``object_seq`` counts from 1 without gaps for each object.
    """

    # Names compare byte by byte, so that an index serves a prefix too, whatever the database's own collation.
    object_type = models.CharField(max_length=40, db_collation="C")
    object_id = models.CharField(max_length=250, db_collation="C")
    object_seq = models.PositiveBigIntegerField()
    entry = models.BinaryField()
    leaf_hash = models.BinaryField()
    event = models.CharField(max_length=80, db_collation="C")
    actor_key = models.CharField(max_length=120, db_collation="C")
    at = models.DateTimeField()

    class Meta:
        db_table = "audit_event"
        # Pages read newest first by (at, id), so each filter's index ends with that pair.
        indexes = [
            models.Index(fields=["at", "id"], name="audit_event_at"),
            models.Index(fields=["event", "at", "id"], name="audit_event_event"),
            models.Index(fields=["actor_key", "at", "id"], name="audit_event_actor"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "object_seq"], name="audit_event_object_seq"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.object_type}:{self.object_id}#{self.object_seq}"


class AuditText(models.Model):
    """Free text or personal data of an entry, kept beside it so that it can be erased.

    The entry holds only SHA-256(salt followed by the UTF-8 text).
    """

    # No constraint, for the same reason as below; and no index, because the one of "audit_text_name" begins with it.
    event = models.ForeignKey(
        AuditEvent, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="texts"
    )
    name = models.CharField(max_length=60)
    salt = models.BinaryField()
    text = models.TextField()

    class Meta:
        db_table = "audit_text"
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="audit_text_name")]

    def __str__(self) -> str:
        return f"{self.name} of entry {self.event_id}"


class AuditPending(models.Model):
    """An entry that waits for the sealer. Written with the entry, taken away when it gets its leaf."""

    # No constraint in the database: its check would lock the entry's row once more on every write, and the
    # sealer notices a pending row without an entry.
    event = models.OneToOneField(
        AuditEvent, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="pending"
    )

    class Meta:
        db_table = "audit_pending"

    def __str__(self) -> str:
        return f"pending entry {self.event_id}"


class AuditLeaf(models.Model):
    """The place of an entry in the Merkle tree: contiguous from 0."""

    index = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(
        AuditEvent, on_delete=models.DO_NOTHING, db_constraint=False, related_name="leaf"
    )

    class Meta:
        db_table = "audit_leaf"

    def __str__(self) -> str:
        return f"leaf {self.index}"


class AuditTile(models.Model):
    """Up to 256 hashes, side by side, at tree height ``8 * level``. Only the last tile of a level grows."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "audit_tile"
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="audit_tile_place")]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root (a C2SP checkpoint in ``note``)."""

    size = models.PositiveBigIntegerField(unique=True)
    root = models.BinaryField()
    origin = models.CharField(max_length=200)
    note = models.TextField()
    key_id = models.CharField(max_length=8)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "audit_checkpoint"

    def __str__(self) -> str:
        return f"checkpoint of {self.size} leaves"


class AuditAnchor(models.Model):
    """One attempt to leave a checkpoint where the portal cannot change it. Append-only, like what it is about.

    ``digest`` is the SHA-256 of the checkpoint's note. ``at`` is when it arrived: for a time-stamp, what its
    authority says. ``token`` is the authority's whole answer (RFC 3161, TimeStampResp, DER), else empty.
    """

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="anchors")
    kind = models.CharField(max_length=10, choices=AnchorKind)
    state = models.CharField(max_length=10, choices=AnchorState)
    at = models.DateTimeField()
    digest = models.BinaryField()
    reference = models.CharField(max_length=500, default="")
    token = models.BinaryField(default=b"")
    error = models.TextField(default="")

    class Meta:
        db_table = "audit_anchor"
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "kind"],
                condition=models.Q(state=AnchorState.DONE),
                name="audit_anchor_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} anchor of {self.checkpoint_id}: {self.state}"


class AuditRetirement(models.Model):
    """A signed statement about entries whose content is dropped: which, under which policy, who decided, when.

    ``statement`` is RFC 8785 JSON and lists the SHA-256 of each tombstone's line; ``note`` is the ledger key's
    signed note over the SHA-256 of the statement.
    """

    statement = models.BinaryField()
    note = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "audit_retirement"

    def __str__(self) -> str:
        return f"retirement {self.pk}"


class AuditTombstone(models.Model):
    """What stays of an entry once its content is dropped: its place, its hash, and its step of its record.

    ``line`` is RFC 8785 JSON: ``{"at","index","leaf_hash","object":{"id","seq","type"}}``.
    """

    event = models.OneToOneField(
        AuditEvent, primary_key=True, on_delete=models.PROTECT, related_name="tombstone"
    )
    retirement = models.ForeignKey(AuditRetirement, on_delete=models.PROTECT, related_name="tombstones")
    line = models.BinaryField()

    class Meta:
        db_table = "audit_tombstone"

    def __str__(self) -> str:
        return f"tombstone of entry {self.event_id}"
