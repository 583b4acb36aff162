"""What the registry and the lineage of versions say of them, by the fields of their cards."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.accounts.enums import Role
from apps.accounts.selectors import people_with_role
from apps.cards.enums import Origin
from apps.cards.rules import dataset_rows, metrics_of, training_text
from apps.catalog.enums import ComponentKind
from apps.catalog.models import Component, ComponentVersion


@dataclass(frozen=True)
class Given:
    """What a source says of a version, by field, and how it is named; without the fields that it is silent on."""

    origin: Origin
    ref: str
    values: Mapping[str, Any]


def records_of(version: ComponentVersion) -> list[Given]:
    """Return what the registry and the lineage of a version say of it."""
    return records_of_many([version])[version.pk]


def records_of_many(versions: Collection[ComponentVersion]) -> dict[int, list[Given]]:
    """Return what the registry and lineage say of versions, by number. Two queries, and one more for each model."""
    known = _datasets_known(versions)
    owners = {version.component_id: _owners(version.component) for version in versions}
    return {version.pk: _said(version, owners[version.component_id], known) for version in versions}


def _said(
    version: ComponentVersion, owners: list[int], known: Mapping[str, Mapping[str, str]]
) -> list[Given]:
    component = version.component
    run = f"run {version.source_ref}" if version.source_ref else f"version {version.version}"
    registry = {
        "overview": version.description.strip() or component.description.strip(),
        "training_data": training_text(version.datasets),
        "metrics": metrics_of(version.metrics, run),
        "owners": owners,
    }
    lineage = {"datasets": dataset_rows(version.datasets, known)}
    return [
        Given(origin, ref, {name: value for name, value in values.items() if value})
        for origin, ref, values in (
            (Origin.REGISTRY, version.source_ref, registry),
            (Origin.LINEAGE, component.key, lineage),
        )
    ]


def _datasets_known(versions: Iterable[ComponentVersion]) -> dict[str, dict[str, str]]:
    """Return what the catalog knows of the datasets that these versions name, by name: its class and its owner."""
    names = {str(one.get("name") or "").strip() for version in versions for one in version.datasets}
    found = Component.objects.filter(kind=ComponentKind.DATASET, name__in=names - {""}, retired_at=None)
    return {
        one.name: {
            "classification": one.get_data_class_display() if one.data_class else "",
            "governance": one.owner_team.name if one.owner_team else "",
        }
        for one in found.select_related("owner_team")
    }


def _owners(component: Component) -> list[int]:
    """Return who answers for a model: the person named, else the owners of it or of its team."""
    if component.owner_person:
        return [component.owner_person.pk]
    holders = people_with_role(Role.OWNER, component.key, component.owner_team_id)
    return sorted(holders.values_list("pk", flat=True))
