"""Reports that people read and print: PDF, drawn from sealed entries alone.

- ``write_report``: a change, or the changes of a period; a ``writers.Writer``.
"""

from apps.exports.services.reports.writing import write_report

__all__ = ["write_report"]
