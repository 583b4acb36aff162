"""A card as a component of a CycloneDX 1.7 bill of materials."""

import re
from collections.abc import Mapping
from typing import Any

from apps.cards.rules.formats.items import items_of
from apps.cards.rules.formats.licences import SPDX
from apps.cards.rules.formats.source import said_of

LISTS = {
    "users": "users",
    "useCases": "intended_use",
    "technicalLimitations": "limitations",
    "performanceTradeoffs": "tradeoffs",
}
"""Which texts of a card the schema keeps as lists of texts."""

_IRI = re.compile(r"[^\s<>\"{}|\\^`]+")


def component_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the component with all that the schema has a place for; what is empty is in it too."""
    references = [each for each in content.get("references") or [] if _iri(each)]
    return {
        "name": content.get("name"),
        "version": content.get("version"),
        "description": content.get("overview"),
        "authors": [_author(row) for row in content.get("authors") or []],
        "licenses": [_licence(row) for row in content.get("licences") or []],
        "externalReferences": [{"type": "website", "url": _iri(each)} for each in references],
        "tags": content.get("tags"),
        "pedigree": {
            "ancestors": [
                {"type": "machine-learning-model", "name": each} for each in content.get("base_models") or []
            ]
        },
        "modelCard": {
            "modelParameters": _parameters(content),
            "quantitativeAnalysis": {
                "performanceMetrics": [_metric(row) for row in content.get("metrics") or []]
            },
            "considerations": _considerations(content),
        },
    }


def _iri(text: str) -> str:
    """Return an address that the schema takes, or nothing."""
    return text if _IRI.fullmatch(text) else ""


def _author(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = "email" if "@" in row["contact"] and " " not in row["contact"] else "phone"
    return {"name": row["name"], kind: row["contact"]}


def _licence(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a licence: by its identifier where it is one that we know, else by its name."""
    name = row["identifier"]
    return {
        "license": {
            "id" if name in SPDX else "name": name or "Licence with a text of its own",
            "url": _iri(row["link"]),
            "text": {"content": row["text"]},
        }
    }


def _parameters(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "approach": {"type": content.get("approach")},
        "task": content.get("task"),
        "architectureFamily": content.get("architecture_family"),
        "modelArchitecture": content.get("architecture"),
        "datasets": [_dataset(row) for row in content.get("datasets") or []],
        "inputs": [{"format": row["format"]} for row in content.get("inputs") or []],
        "outputs": [{"format": row["format"]} for row in content.get("outputs") or []],
    }


def _dataset(row: Mapping[str, Any]) -> dict[str, Any]:
    owner = [{"organization": {"name": row["governance"]}}] if row["governance"] else []
    return {
        "type": "dataset",
        "name": row["name"],
        "contents": {"url": _iri(row["link"])},
        "classification": row["classification"],
        "sensitiveData": row["sensitive"],
        "governance": {"owners": owner},
        "description": row["description"],
    }


def _metric(row: Mapping[str, Any]) -> dict[str, Any]:
    interval = {"lowerBound": said_of(row["low"]), "upperBound": said_of(row["high"])}
    return {
        "type": row["name"],
        "value": said_of(row["value"]),
        "slice": row["slice"],
        "confidenceInterval": interval,
    }


def _considerations(content: Mapping[str, Any]) -> dict[str, Any]:
    lists = {key: items_of(content.get(name) or "") for key, name in LISTS.items()}
    risks = [
        {"name": row["name"], "mitigationStrategy": row["mitigation"]}
        for row in content.get("ethical_risks") or []
    ]
    groups = [
        {
            "groupAtRisk": row["group"],
            "benefits": row["benefits"],
            "harms": row["harms"],
            "mitigationStrategy": row["mitigation"],
        }
        for row in content.get("fairness") or []
    ]
    return lists | {"ethicalConsiderations": risks, "fairnessAssessments": groups}
