"""The shape in which cards were kept before the merged fields: columns, with texts where there are rows now."""

from collections.abc import Mapping
from typing import Any

from apps.cards.rules.columns import ETHICAL_RISKS, METRICS, RETRAINING
from apps.cards.rules.kinds import Column

TEXTS = (
    "overview",
    "intended_use",
    "prohibited_use",
    "limitations",
    "human_oversight",
    "training_data",
)
_LINE = 500


def from_first_shape(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a content of the first shape says, in the shape of today. Nothing of it is lost.

    A trigger in words becomes one of kind “event”, and risks in words one risk.
    """
    fields: dict[str, Any] = {name: content[name] for name in TEXTS if name in content}
    if "ethical_risks" in content:
        fields["ethical_risks"] = _risks(content["ethical_risks"])
    if "retraining_triggers" in content:
        triggers = content["retraining_triggers"]
        fields["retraining_triggers"] = [_row(RETRAINING, {"kind": "event", "what": one}) for one in triggers]
    if "metrics" in content:
        fields["metrics"] = [_row(METRICS, one) for one in content["metrics"]]
    return fields | ({"owners": content["owners"]} if "owners" in content else {})


def _risks(text: str) -> list[dict[str, Any]]:
    if not text.strip():
        return []
    if "\n" in text or len(text) > _LINE:
        return [_row(ETHICAL_RISKS, {"name": "Ethical risks", "mitigation": text})]
    return [_row(ETHICAL_RISKS, {"name": text})]


def _row(columns: tuple[Column, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    return {column.name: values.get(column.name, column.empty) for column in columns}
