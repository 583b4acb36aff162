"""The tables of evidence."""

from apps.evidence.models.plans import CheckPlan
from apps.evidence.models.reports import RawFile, Report, Result

__all__ = ["CheckPlan", "RawFile", "Report", "Result"]
