"""The tables of evidence."""

from apps.evidence.models.contracts import ContractComparison, ContractDifference
from apps.evidence.models.plans import CheckPlan
from apps.evidence.models.reports import RawFile, Report, Result

__all__ = ["CheckPlan", "ContractComparison", "ContractDifference", "RawFile", "Report", "Result"]
