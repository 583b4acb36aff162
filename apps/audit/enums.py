"""Fixed choices of the ledger."""

from django.db.models import TextChoices


class AnchorKind(TextChoices):
    """Where a checkpoint was left outside the portal."""

    MAIL = "mail", "by e-mail"
    FOLDER = "folder", "in a folder"
    RFC3161 = "rfc3161", "at a time-stamp authority"


class AnchorState(TextChoices):
    """Whether the checkpoint arrived there."""

    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class LedgerLevel(TextChoices):
    """What the ledger can show by itself, from the least to the most."""

    SELF_CONSISTENT = "self-consistent", "Not signed yet"
    SIGNED = "signed", "Signed"
    ANCHORED = "anchored", "Anchored outside"
