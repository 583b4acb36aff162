"""What an MLflow registry's answers mean. They come as MLflow writes them: empty lists are left out, a metric
that is not a number is the text "NaN", parameters are text, and a data set's schema is JSON inside a text.
"""

import json
import math
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.catalog.enums import DataClass
from apps.catalog.rules.descriptors import DEFAULT_TIER
from apps.catalog.rules.references import NAME
from apps.core.canonical import digest

Answer = dict[str, Any]
_TIERS = {"critical": 1, "high": 1, "medium": 2, "moderate": 2, "low": 3, "minimal": 4}
_TIERS |= {str(tier): tier for tier in range(1, 5)}
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class ModelDraft:
    """A registered model as the catalog keeps it."""

    registry_name: str
    name: str
    description: str
    tier: int
    data_class: str
    team: str
    tags: list[str]

    @property
    def key(self) -> str:
        """Return its component key. A catalog file that describes the same model has the same."""
        return f"model:default/{self.name.lower()}"

    def digest(self) -> str:
        return digest(asdict(self))


@dataclass(frozen=True)
class VersionDraft:
    """A model version with its lineage."""

    version: str
    description: str
    released_at: datetime | None
    aliases: list[str]
    run_id: str
    code_commit: str = ""
    author: str = ""
    datasets: list[dict[str, Any]] = field(default_factory=list)
    hyperparameters: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float | None] = field(default_factory=dict)

    def digest(self) -> str:
        released = self.released_at.isoformat() if self.released_at else ""
        return digest(asdict(self) | {"released_at": released})


def model_draft(answer: Answer) -> ModelDraft | None:
    """Return a registered model; None when its name leaves nothing to call it by."""
    registry_name = text_of(answer.get("name"), 300)
    name = component_name(registry_name)
    if not name:
        return None
    tags = pairs_of(answer.get("tags"))
    data_class = tags.get("data_class", "").lower()
    return ModelDraft(
        registry_name=registry_name,
        name=name,
        description=text_of(answer.get("description"), 5000),
        tier=_TIERS.get(tags.get("risk_tier", tags.get("tier", "")).lower(), DEFAULT_TIER),
        data_class=data_class if data_class in DataClass.values else DataClass.INTERNAL,
        team=tags.get("team", ""),
        tags=sorted(
            f"{key}:{value}"[:63] for key, value in tags.items() if key not in ("risk_tier", "tier", "team")
        ),
    )


def version_draft(answer: Answer, aliases: list[str], run: Answer | None) -> VersionDraft:
    """Return a model version together with what its run says; the run may be gone."""
    run = run or {}
    info, data = mapping(run.get("info")), mapping(run.get("data"))
    tags = pairs_of(data.get("tags"))
    commit = tags.get("mlflow.source.git.commit", "")
    inputs = mapping(run.get("inputs"))
    return VersionDraft(
        version=text_of(answer.get("version"), 80),
        description=text_of(answer.get("description"), 5000),
        released_at=_instant(answer.get("creation_timestamp")),
        aliases=sorted({*aliases, *alias_names(answer.get("aliases"))}),
        run_id=text_of(answer.get("run_id"), 300),
        code_commit=commit if _COMMIT.fullmatch(commit) else "",
        author=text_of(info.get("user_id"), 150) or tags.get("mlflow.user", ""),
        datasets=[_dataset(item) for item in items(inputs.get("dataset_inputs"))],
        hyperparameters=pairs_of(data.get("params")),
        metrics={
            text_of(item.get("key"), 250): _measure(item.get("value")) for item in items(data.get("metrics"))
        },
    )


def component_name(registry_name: str) -> str:
    """Return the registry's name for a model as a component name: other characters become hyphens."""
    if NAME.fullmatch(registry_name):
        return registry_name
    return re.sub(r"[^A-Za-z0-9._-]+", "-", registry_name)[:63].strip("-._")


def aliases_by_version(model: Answer) -> dict[str, list[str]]:
    """Return a model's aliases by the version that each points to."""
    found: dict[str, list[str]] = {}
    for item in items(model.get("aliases")):
        found.setdefault(text_of(item.get("version"), 80), []).append(text_of(item.get("alias"), 80))
    return found


def alias_names(value: Any) -> list[str]:
    """Return the names of a version's aliases: texts, or objects as a model holds them."""
    listed = value if isinstance(value, list) else []
    names = [item.get("alias") if isinstance(item, dict) else item for item in listed]
    return [name for item in names if (name := text_of(item, 80))]


def items(value: Any) -> list[Answer]:
    """Return the objects of a list that may be missing."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: Any) -> Answer:
    """Return an object that may be missing."""
    return value if isinstance(value, dict) else {}


def pairs_of(value: Any) -> dict[str, str]:
    """Return a list of {key, value} as a mapping of texts."""
    return {
        text_of(item.get("key"), 250): text_of(item.get("value"), 6000)
        for item in items(value)
        if item.get("key")
    }


def text_of(value: Any, limit: int) -> str:
    """Return a value as text that the database can keep, cut at the limit."""
    if value is None or isinstance(value, dict | list):
        return ""
    return _UNKEEPABLE.sub("", str(value))[:limit]


def _dataset(item: Answer) -> dict[str, Any]:
    dataset = mapping(item.get("dataset"))
    return {
        "name": text_of(dataset.get("name"), 500),
        "digest": text_of(dataset.get("digest"), 100),
        "context": pairs_of(item.get("tags")).get("mlflow.data.context", ""),
        "columns": _columns(dataset.get("schema")),
    }


def _columns(schema: Any) -> int | None:
    """Return how many columns a schema names; None when it does not say."""
    try:
        columns = json.loads(schema).get("mlflow_colspec")
    except (TypeError, ValueError, AttributeError, RecursionError):
        return None
    return len(columns) if isinstance(columns, list) else None


def _measure(value: Any) -> float | None:
    """Return a measured value; None for what was not measured, such as the text "NaN"."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _instant(milliseconds: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
