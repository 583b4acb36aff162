"""A model card as a document to print or to send."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from apps.cards.rules.fields import FIELDS, SECTIONS, CardField, is_filled
from apps.cards.rules.kinds import Column, Kind
from apps.core.errors import Conflict
from apps.exports.services.reports.card_size import check_parts, check_text
from apps.exports.services.reports.markdown import blocks_of
from apps.exports.services.reports.typesetting import typeset

Row = Mapping[str, Any]

_PLOTTED = 24
"""So many groups of a metric are drawn; the table has all of them."""


def card_report(said: Mapping[str, Any], head: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return the PDF of a card, tagged for screen readers (PDF/UA-1), with every field that somebody filled in.

    Args:
        said: the card's fields by name, those of the portal too; ``owners`` are names.
        head: what stands above and below: ``title``, ``ref``, ``state``, ``edition``, ``digest``, ``printed``, and
            ``missing``: what the card lacks, in words.
        at: the time that the file carries.

    Raises:
        Conflict: it is too long for a PDF (``card_size``).
    """
    return typeset("card.typ", {**head, "sections": _sections(said)}, at=at)


def pdf_problem(said: Mapping[str, Any]) -> str:
    """Return why a card cannot be had as a PDF; empty when it can."""
    try:
        _sections(said)
    except Conflict as problem:
        return f"{problem.reason} {problem.remedy}"
    return ""


def _sections(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    check_text(said)
    sections = [
        {"name": label, "fields": fields}
        for name, label in SECTIONS.items()
        if (fields := [_field(each, said[each.name]) for each in _filled(name, said)])
    ]
    check_parts(sections)
    return sections


def _filled(section: str, said: Mapping[str, Any]) -> Iterable[CardField]:
    return (each for each in FIELDS if each.section == section and is_filled(said.get(each.name)))


def _field(field: CardField, value: Any) -> dict[str, Any]:
    about = {"label": field.label}
    if field.kind is Kind.MARKDOWN:
        return about | {"blocks": blocks_of(value)}
    if field.kind in (Kind.LIST, Kind.PEOPLE):
        return about | {"lines": [str(each) for each in value]}
    if field.kind is Kind.METRICS:
        return about | {"plots": _plots(value), "table": _metrics(value)}
    if field.columns:
        return about | {"rows": [_row(field.columns, row) for row in value]}
    return about | {"lines": [_shown(Column(field.name, "", field.kind, choices=field.choices), value)]}


def _row(columns: tuple[Column, ...], row: Row) -> list[dict[str, Any]]:
    """Return a row as the pairs of label and value that are filled in."""
    filled = [column for column in columns if is_filled(row[column.name])]
    return [
        {"label": column.label, "blocks": blocks_of(row[column.name])}
        if column.kind is Kind.MARKDOWN
        else {"label": column.label, "value": _shown(column, row[column.name])}
        for column in filled
    ]


def _shown(column: Column, value: Any) -> str:
    if column.kind is Kind.LIST:
        return ", ".join(value)
    if column.kind is Kind.CHOICE:
        return dict(column.choices).get(value, value)
    return number_shown(value) if column.kind in (Kind.NUMBER, Kind.COUNT) else str(value)


def number_shown(value: float | None) -> str:
    """Return a number with six digits that count; “not measured” when there is none."""
    if value is None:
        return "not measured"
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e12 else f"{value:.6g}"


def _metrics(rows: list[Row]) -> dict[str, Any]:
    """Return the table of the metrics, without the columns that are empty in every row."""
    about = [("dataset", "Dataset"), ("split", "Part"), ("task", "Task"), ("source", "Source")]
    used = [(name, label) for name, label in about if any(row[name] for row in rows)]
    return {
        "heads": ["Metric", "Group", "Value", "Interval", "Cases", *(label for _, label in used)],
        "rows": [
            [
                row["name"],
                row["slice"] or "All",
                number_shown(row["value"]),
                _interval(row),
                number_shown(row["sample_size"]) if row["sample_size"] else "not counted",
                *(row[name] or "–" for name, _ in used),
            ]
            for row in rows
        ],
    }


def _interval(row: Row) -> str:
    if row["low"] is None and row["high"] is None:
        return "not measured"
    return f"{number_shown(row['low'])} to {number_shown(row['high'])}"


def _plots(rows: list[Row]) -> list[dict[str, Any]]:
    """Return a drawing for each metric that was measured on several groups, with its words for who cannot see it."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        if row["value"] is not None:
            by_name.setdefault(row["name"], []).append(row)
    return [_plot(name, found[:_PLOTTED]) for name, found in by_name.items() if len(found) > 1]


def _plot(name: str, rows: list[Row]) -> dict[str, Any]:
    ends = [end for row in rows for end in (row["low"], row["value"], row["high"]) if end is not None]
    least, span = min(ends), (max(ends) - min(ends)) or 1.0

    def place(value: float | None, instead: float) -> float:
        return round(((instead if value is None else value) - least) / span, 4)

    marks = [
        {
            "label": _group(row),
            "at": place(row["value"], 0),
            "from": place(row["low"], row["value"]),
            "to": place(row["high"], row["value"]),
        }
        for row in rows
    ]
    words = "; ".join(
        f"{_group(row)} {number_shown(row['value'])}, interval {_interval(row)}" for row in rows
    )
    axis = [number_shown(least), number_shown(max(ends))]
    return {"name": name, "marks": marks, "axis": axis, "alt": f"{name} by group: {words}."}


def _group(row: Row) -> str:
    parts = [row["slice"], row["dataset"], row["split"]]
    return ", ".join(filter(None, parts)) or "All"
