"""Cards of Google's Model Card Toolkit: JSON of schema 0.0.2, and of 0.0.1, which says some things in another way.

The schemas are those of https://github.com/tensorflow/model-card-toolkit, ``model_card_toolkit/schema``.
"""

import re
from collections.abc import Mapping
from typing import Any

from apps.cards.rules.formats.cleaning import without_blanks
from apps.cards.rules.formats.files import parsed_json, refused, written_json
from apps.cards.rules.formats.items import items_of, text_of
from apps.cards.rules.formats.licences import spdx_of
from apps.cards.rules.formats.merging import merged
from apps.cards.rules.formats.sheet import Sheet
from apps.cards.rules.formats.source import Ledger, Node, said_of
from apps.cards.rules.formats.telling import Taken
from apps.cards.rules.formats.toolkit_first import as_first

NEWEST = "0.0.2"
FIRST = "0.0.1"
_PARTS = ("model_details", "model_parameters", "quantitative_analysis", "considerations")
_LISTS = {
    "users": "users",
    "use_cases": "intended_use",
    "limitations": "limitations",
    "tradeoffs": "tradeoffs",
}
_DAY = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")


def read(text: str) -> Taken:
    """Return what a card of the toolkit gives.

    Raises:
        Invalid: (``file``) it is no JSON object, or holds none of the parts of such a card.
    """
    return _taken(parsed_json(text))


def write(content: Mapping[str, Any], original: str = "") -> str:
    """Return a card as JSON of the newest schema, or of that of the file which it came from."""
    if not original:
        return written_json(_built(content, NEWEST))
    document = parsed_json(original)
    schema = FIRST if _is_first(document) else NEWEST
    base, ours = _built(_taken(document).said, schema), _built(content, schema)
    return original if base == ours else written_json(merged(document, base, ours))


def _taken(document: dict[str, Any]) -> Taken:
    if not any(isinstance(document.get(part), dict) for part in _PARTS):
        raise refused(
            "This is no card of the Model Card Toolkit: it has no “model_details” or any other part of one."
        )
    root, sheet = Node(document, Ledger()), Sheet()
    root["schema_version"].text()
    _read_details(sheet, root["model_details"])
    _read_parameters(sheet, root["model_parameters"])
    for metric in root["quantitative_analysis"]["performance_metrics"].items():
        _read_metric(sheet, metric)
    _read_considerations(sheet, root["considerations"])
    return sheet.taken(root)


def _read_details(sheet: Sheet, details: Node) -> None:
    for key in ("name", "path"):
        sheet.put(key, details[key].line(), details[key])
    for key in ("overview", "documentation"):
        sheet.put(key, details[key].text(), details[key])
    version = details["version"]
    sheet.put("version", version["name"].line(), version["name"])
    sheet.put("version_date", _day(version["date"].line()), version["date"])
    sheet.put("version_diff", version["diff"].text(), version["diff"])
    for owner in details["owners"].items():
        sheet.row("authors", {"name": owner["name"].line(), "contact": owner["contact"].line()}, owner)
    for licence in [*details["licenses"].items(), *details["license"].items()]:
        name = spdx_of(licence.text() or licence["identifier"].line())
        sheet.row("licences", {"identifier": name, "text": licence["custom_text"].text()}, licence)
    sheet.lines("references", [_inner(each, "reference") for each in details["references"].items()])
    for citation in [*details["citations"].items(), *details["citation"].items()]:
        said = citation.either("citation")
        sheet.row("citations", {"style": citation["style"].line(), "citation": said}, citation)


def _read_parameters(sheet: Sheet, parameters: Node) -> None:
    sheet.put("architecture", parameters["model_architecture"].text(), parameters["model_architecture"])
    data = parameters["data"]
    if isinstance(data.value, dict):  # schema 0.0.1
        _read_dataset(sheet, data["train"], "training")
        _read_dataset(sheet, data["eval"], "test")
    else:
        for dataset in data.items():
            _read_dataset(sheet, dataset, "")
    for side in ("input", "output"):
        alone = parameters[f"{side}_format"]
        sheet.row(f"{side}s", {"name": "", "format": alone.line()}, alone)
        for pair in parameters[f"{side}_format_map"].items():
            row = {"name": pair["key"].line(), "format": pair["value"].line()}
            sheet.row(f"{side}s", row, pair)


def _read_dataset(sheet: Sheet, dataset: Node, split: str) -> None:
    row: dict[str, Any] = {
        "name": dataset["name"].line(),
        "link": dataset["link"].line(),
        "sensitive": [each.line() for each in dataset["sensitive"]["sensitive_data"].items()],
        "description": dataset["description"].text(),
    }
    if any(row.values()):
        sheet.row("datasets", row | {"split": split}, dataset)


def _read_metric(sheet: Sheet, metric: Node) -> None:
    interval = metric["confidence_interval"]
    row = {
        "name": metric["type"].line(),
        "slice": metric["slice"].line(),
        "value": metric["value"].number(),
        "low": interval["lower_bound"].number(),
        "high": interval["upper_bound"].number(),
    }
    sheet.row("metrics", row, metric)


def _read_considerations(sheet: Sheet, considerations: Node) -> None:
    for key, name in _LISTS.items():
        found = [each.either("description") for each in considerations[key].items()]
        sheet.put(name, text_of(found), considerations[key])
    for risk in considerations["ethical_considerations"].items():
        row = {"name": risk["name"].line(), "mitigation": risk["mitigation_strategy"].text()}
        sheet.row("ethical_risks", row, risk)


def _inner(node: Node, key: str) -> Node:
    return node[key] if isinstance(node.value, dict) else node


def _day(said: str) -> str:
    found = _DAY.fullmatch(said)
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}" if found else said


def _is_first(document: dict[str, Any]) -> bool:
    """Return whether a document is of schema 0.0.1: by what it says, else by how it keeps its data."""
    said = document.get("schema_version")
    parameters = document.get("model_parameters")
    data = parameters.get("data") if isinstance(parameters, dict) else None
    return said == FIRST if isinstance(said, str) else isinstance(data, dict)


def _built(content: Mapping[str, Any], schema: str) -> dict[str, Any]:
    splits = [row["split"] for row in content.get("datasets") or []]
    built = {"model_details": {}} | without_blanks(_document(content))
    return {"schema_version": schema} | (as_first(built, splits) if schema == FIRST else built)


def _document(content: Mapping[str, Any]) -> dict[str, Any]:
    rows = {
        name: content.get(name) or [] for name in ("authors", "licences", "citations", "datasets", "metrics")
    }
    inputs, outputs = content.get("inputs") or [], content.get("outputs") or []
    return {
        "model_details": {
            "name": content.get("name"),
            "overview": content.get("overview"),
            "documentation": content.get("documentation"),
            "owners": [{"name": row["name"], "contact": row["contact"]} for row in rows["authors"]],
            "version": {
                "name": content.get("version"),
                "date": content.get("version_date"),
                "diff": content.get("version_diff"),
            },
            "licenses": [_licence(row) for row in rows["licences"]],
            "references": [{"reference": each} for each in content.get("references") or []],
            "citations": [{"style": row["style"], "citation": row["citation"]} for row in rows["citations"]],
            "path": content.get("path"),
        },
        "model_parameters": {
            "model_architecture": content.get("architecture"),
            "data": [_dataset(row) for row in rows["datasets"]],
            **_ports("input", inputs),
            **_ports("output", outputs),
        },
        "quantitative_analysis": {"performance_metrics": [_metric(row) for row in rows["metrics"]]},
        "considerations": {
            key: [{"description": item} for item in items_of(content.get(name) or "")]
            for key, name in _LISTS.items()
        }
        | {
            "ethical_considerations": [
                {"name": row["name"], "mitigation_strategy": row["mitigation"]}
                for row in content.get("ethical_risks") or []
            ]
        },
    }


def _licence(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a licence: the schema takes its identifier or its text, not both."""
    return {"identifier": row["identifier"]} if row["identifier"] else {"custom_text": row["text"]}


def _dataset(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "link": row["link"],
        "sensitive": {"sensitive_data": row["sensitive"]},
        "description": row["description"],
    }


def _metric(row: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {"lower_bound": said_of(row["low"]), "upper_bound": said_of(row["high"])}
    return {
        "type": row["name"],
        "value": said_of(row["value"]),
        "slice": row["slice"],
        "confidence_interval": bounds,
    }


def _ports(side: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return formats: the first without a name by itself, the others in a map of names."""
    alone = next((row for row in rows if not row["name"]), None)
    others = [{"key": row["name"], "value": row["format"]} for row in rows if row is not alone]
    return {f"{side}_format": alone["format"] if alone else None, f"{side}_format_map": others}
