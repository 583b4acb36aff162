"""The tables of evidence."""

from apps.evidence.models.reports import RawFile, Report, Result

__all__ = ["RawFile", "Report", "Result"]
