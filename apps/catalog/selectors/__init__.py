"""Reading the catalog."""

from apps.catalog.selectors.components import (
    component_exists,
    component_for,
    components_visible_to,
    contracts_of,
    data_contracts_of,
    list_components,
    objectives_of,
    search_components,
    ties_of,
    version_decision,
    versions_of,
)
from apps.catalog.selectors.graph import blast_radius, forget_graph, graph

__all__ = [
    "blast_radius",
    "component_exists",
    "component_for",
    "components_visible_to",
    "contracts_of",
    "data_contracts_of",
    "forget_graph",
    "graph",
    "list_components",
    "objectives_of",
    "search_components",
    "ties_of",
    "version_decision",
    "versions_of",
]
