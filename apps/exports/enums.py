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
