"""The kinds of thing in the catalog and of the ties between them."""

from django.db import models


class ComponentKind(models.TextChoices):
    DATASET = "dataset", "Dataset"
    FEATURE_SET = "feature_set", "Feature set"
    PIPELINE = "pipeline", "Pipeline"
    MODEL = "model", "Model"
    SERVICE = "service", "Service"
    PRODUCT = "product", "Product"


class DependencyKind(models.TextChoices):
    """What the consumer does with the provider."""

    READS = "reads", "Reads"
    WRITES = "writes", "Writes"
    CALLS = "calls", "Calls"
    EMBEDS = "embeds", "Embeds"
    TRAINS_ON = "trains_on", "Trains on"


class DataClass(models.TextChoices):
    PUBLIC = "public", "Public"
    INTERNAL = "internal", "Internal"
    CONFIDENTIAL = "confidential", "Confidential"
    PERSONAL = "personal", "Personal data"


class ContractKind(models.TextChoices):
    API = "api", "API contract"
    DATA = "data", "Data contract"


class Severity(models.TextChoices):
    """How hard a hit is, by the criticality tier of what is hit and how far away it is."""

    HIGH = "high", "High"
    MEDIUM = "medium", "Medium"
    LOW = "low", "Low"
