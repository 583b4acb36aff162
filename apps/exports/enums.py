"""What an export holds, in which form, and how far it is."""

from django.db import models


class ExportSubject(models.TextChoices):
    """What an export is about."""

    ENTRIES = "entries", "Ledger entries"
    POPULATION = "population", "Every change of the period"
    SAMPLE = "sample", "A sample of the changes"


class ExportFormat(models.TextChoices):
    """The form of the file."""

    BUNDLE = "bundle", "Bundle that verifies offline"
    PDF = "pdf", "Report to read and print"
    XLSX = "xlsx", "Excel workbook"
    CSV = "csv", "Table as plain text"
    JSONL = "jsonl", "JSON, one entry a line"


class Column(models.TextChoices):
    """A column of a table of entries, in the order in which tables have them."""

    LEAF = "leaf", "Leaf"
    TIME = "time", "Time (UTC)"
    WHO = "who", "Who"
    ACTOR = "actor", "Actor"
    EVENT = "event", "Event"
    OBJECT = "object", "Object"
    STEP = "step", "Step"
    FACTS = "facts", "Facts"
    TEXTS = "texts", "Texts"
    HASH = "hash", "Leaf hash (SHA-256)"


class Withheld(models.TextChoices):
    """What the requester leaves out. The proof of the entries stands without it."""

    TEXTS = "texts", "Free texts"
    NAMES = "names", "Names of people"


class ExportState(models.TextChoices):
    """How far an export is."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Being written"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
