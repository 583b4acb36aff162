"""Writing the catalog.

- ``register_component``, ``add_dependency``, ``add_version``, ``record_slo``: by hand.
- ``import_backstage``: from Backstage catalog files.
- ``import_mlflow``: from an MLflow registry, live or saved (``registry_at`` opens either).
- ``bump_graph``: tell every process that a component or a dependency changed.
"""

from apps.catalog.services.backstage.importing import import_backstage
from apps.catalog.services.components import add_dependency, add_version, record_slo, register_component
from apps.catalog.services.graph_stamp import bump_graph
from apps.catalog.services.mlflow.clients import Registry, RegistryUnreachable, registry_at
from apps.catalog.services.mlflow.importing import import_mlflow

__all__ = [
    "Registry",
    "RegistryUnreachable",
    "add_dependency",
    "add_version",
    "bump_graph",
    "import_backstage",
    "import_mlflow",
    "record_slo",
    "register_component",
    "registry_at",
]
