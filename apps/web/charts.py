"""The table of a chart as a file for spreadsheets."""

import csv

from django.http import HttpResponse

from apps.exports.rules.spreadsheet import safe_cell
from apps.insights.rules.charts import Cell, Chart


def table_file(chart: Chart) -> HttpResponse:
    """Return the table of a chart as CSV (RFC 4180): numbers unrounded, text that no spreadsheet runs."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{chart.slug}.csv"'
    lines = csv.writer(answer, lineterminator="\r\n")
    lines.writerow(map(safe_cell, chart.heads))
    lines.writerows([_plain(cell) for cell in row] for row in chart.rows)
    return answer


def _plain(cell: Cell) -> str | float:
    return safe_cell(cell.said) if cell.value is None else cell.value
