"""Which of our kinds a Backstage entity becomes, and what kind of tie a plain ``dependsOn`` stands for."""

from apps.catalog.enums import ComponentKind, ContractKind, DependencyKind
from apps.catalog.rules.descriptors import Entity

_TYPES = {
    ComponentKind.MODEL: "model ml-model mlmodel ai-model machine-learning-model",
    ComponentKind.PIPELINE: "pipeline workflow data-pipeline ml-pipeline training-pipeline job batch-job dag etl",
    ComponentKind.DATASET: "dataset data-set data-product table view topic",
    ComponentKind.FEATURE_SET: "feature-set featureset features feature-store feature-view feature-group",
    ComponentKind.PRODUCT: "product report dashboard",
}
_STORES = "database db bucket s3-bucket gcs-bucket blob-storage storage warehouse lakehouse stream queue cache index"
_BY_TYPE = {word: kind for kind, words in _TYPES.items() for word in words.split()}
_DATA_CONTRACTS = ("odcs", "data-contract", "datacontract", "data", "dcs")


def component_kind(entity: Entity) -> str | None:
    """Return what kind of component an entity becomes; None when it becomes none.

    A system becomes the product that its parts make up. What no word fits is a service: it can at least fail.
    """
    if entity.ref.kind == "system":
        return ComponentKind.PRODUCT
    if entity.ref.kind not in ("component", "resource"):
        return None
    word = entity.type.lower().replace("_", "-").replace(" ", "-")
    if word in _BY_TYPE:
        return _BY_TYPE[word]
    if entity.ref.kind == "resource" and word in _STORES.split():
        return ComponentKind.DATASET
    return ComponentKind.SERVICE


def contract_kind(entity: Entity) -> str:
    """Return whether an API entity is an API or a data contract."""
    word = entity.type.lower().replace("_", "-").replace(" ", "-")
    return ContractKind.DATA if word in _DATA_CONTRACTS else ContractKind.API


def default_tie(consumer_kind: str, provider_kind: str) -> tuple[str, bool]:
    """Return the kind of tie that "consumer depends on provider" stands for, and whether its ends change places.

    Data that depends on a pipeline is written by it, and so is a model: the pipeline is then the one that writes.
    """
    if provider_kind == ComponentKind.PIPELINE and consumer_kind in (
        ComponentKind.DATASET,
        ComponentKind.FEATURE_SET,
        ComponentKind.MODEL,
    ):
        return DependencyKind.WRITES, True
    if consumer_kind == ComponentKind.PRODUCT:
        return DependencyKind.EMBEDS, False
    if provider_kind in (ComponentKind.DATASET, ComponentKind.FEATURE_SET):
        return (
            DependencyKind.TRAINS_ON if consumer_kind == ComponentKind.MODEL else DependencyKind.READS
        ), False
    return DependencyKind.CALLS, False
