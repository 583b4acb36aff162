"""The fixed words of evidence."""

from django.db import models


class Format(models.TextChoices):
    """What a file is, as its content shows. Nobody is believed about it."""

    GREAT_EXPECTATIONS = "great_expectations", "Great Expectations"
    EVIDENTLY = "evidently", "Evidently"
    EVIDENTLY_LEGACY = "evidently_legacy", "Evidently (legacy)"
    DATA_CONTRACT = "data_contract", "datacontract-cli"
    OPENLINEAGE = "openlineage", "OpenLineage"
    JUNIT = "junit", "JUnit tests"
    METRICS = "metrics", "Metrics"
    CHECKS = "checks", "Checks"
    LINEAGE = "lineage", "Lineage"
    EXPLANATION = "explanation", "Explanation"


class Outcome(models.TextChoices):
    """What came of one assertion, or of a file as a whole. Only ``PASSED`` is a pass."""

    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    WARNED = "warned", "Failed, and not critical"
    ERROR = "error", "Could not be measured"
    INCONCLUSIVE = "inconclusive", "Inconclusive"
    SKIPPED = "skipped", "Skipped"
    MEASURED = "measured", "Measured, not judged"


class Severity(models.TextChoices):
    """How grave the tool calls a failure."""

    CRITICAL = "critical", "Critical"
    WARNING = "warning", "Warning"
    INFO = "info", "Information"


class Category(models.TextChoices):
    """What an assertion is about. Checks ask by it, whichever tool measured."""

    SCHEMA = "schema", "Schema"
    FRESHNESS = "freshness", "Freshness"
    COMPLETENESS = "completeness", "Missing values"
    UNIQUENESS = "uniqueness", "Uniqueness"
    VALIDITY = "validity", "Valid values"
    VOLUME = "volume", "Number of rows"
    DRIFT = "drift", "Drift"
    PERFORMANCE = "performance", "Performance"
    FAIRNESS = "fairness", "Fairness"
    CALIBRATION = "calibration", "Calibration"
    ROBUSTNESS = "robustness", "Robustness"
    LATENCY = "latency", "Latency"
    LOAD = "load", "Load"
    TESTS = "tests", "Tests"
    CONTRACT = "contract", "Contract"
    LICENCE = "licence", "Licence"
    CONSENT = "consent", "Consent"
    LINEAGE = "lineage", "Lineage"
    EXPLANATION = "explanation", "Explanation"
    OTHER = "other", "Other"


class Stage(models.TextChoices):
    """The stages that a change passes, in their order. A promotion is asked for each environment by itself."""

    DATA = "data", "Data"
    FEATURES = "features", "Features"
    MODEL = "model", "Model"
    INTEGRATION = "integration", "Integration"
    PRE_DEPLOY = "pre_deploy", "Before deployment"
    PROMOTION = "promotion", "Promotion"


class PlanState(models.TextChoices):
    """Where a version of the plan of checks stands."""

    PROPOSED = "proposed", "Waiting for approval"
    IN_FORCE = "in_force", "In force"
    SUPERSEDED = "superseded", "Superseded"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ContractKind(models.TextChoices):
    """What a contract is, as its content shows."""

    ODCS = "odcs", "Open Data Contract Standard 3"
    DCS = "dcs", "Data Contract Specification 1"
    OPENAPI = "openapi", "OpenAPI"
    JSON_SCHEMA = "json_schema", "JSON Schema"


class ContractLevel(models.TextChoices):
    """What a difference between two contracts does to somebody who kept to the old one. Worst first."""

    BREAKING = "breaking", "Breaking"
    RISKY = "risky", "Risky"
    SAFE = "safe", "Safe"


class ContractDirection(models.TextChoices):
    """Whom a difference hits: whoever relies on what the contract promises, or whoever must keep it."""

    CONSUMER = "consumer", "Consumers"
    PRODUCER = "producer", "Producer"
