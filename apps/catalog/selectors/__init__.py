"""Reading the catalog."""

from apps.catalog.selectors.components import (
    closest_component,
    component_exists,
    component_for,
    components_called,
    components_visible_to,
    consumers_of,
    contracts_of,
    definition_of,
    list_components,
    objectives_of,
    search_components,
    stages_in_use,
    tags_in_use,
    ties_of,
    version_decision,
    versions_of,
)
from apps.catalog.selectors.graph import blast_radius, forget_graph, graph
from apps.catalog.selectors.versions import (
    newest_first,
    version_in_use,
    versions_in_use,
    versions_named_in_use,
)

__all__ = [
    "blast_radius",
    "closest_component",
    "component_exists",
    "component_for",
    "components_called",
    "components_visible_to",
    "consumers_of",
    "contracts_of",
    "definition_of",
    "forget_graph",
    "graph",
    "list_components",
    "newest_first",
    "objectives_of",
    "search_components",
    "stages_in_use",
    "tags_in_use",
    "ties_of",
    "version_decision",
    "version_in_use",
    "versions_in_use",
    "versions_named_in_use",
    "versions_of",
]
