"""What the organisation runs: components, their versions, and the ties that carry an impact."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.accounts.models import Team
from apps.catalog.enums import ComponentKind, ContractKind, DataClass, DependencyKind
from apps.core.models import Stamped


class Sourced(models.Model):
    """A record that says which source wrote it. What a source no longer names is retired, never deleted.

    ``source_root`` is what the importer was told to read (a folder, a file, a registry's address) and
    ``source_path`` the file it stood in. Together they are the scope in which an import may retire a record.
    """

    source = models.CharField(
        max_length=20, help_text="Which importer wrote it: backstage, mlflow, or portal."
    )
    source_root = models.CharField(max_length=1000, blank=True)
    source_path = models.CharField(max_length=1000, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Component(Sourced, Stamped):
    """A thing in the catalog. ``key`` names it everywhere, as ``kind:namespace/name`` in lower case.

    ``key`` uses our own kind (``model:default/credit-risk``). ``tier`` runs from 1, the most critical, to 4.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=12, choices=ComponentKind)
    namespace = models.CharField(max_length=63, default="default")
    name = models.CharField(max_length=63)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    owner_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="components"
    )
    owner_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="components"
    )
    tier = models.PositiveSmallIntegerField(default=3)
    data_class = models.CharField(max_length=12, choices=DataClass, default=DataClass.INTERNAL)
    stage = models.CharField(
        max_length=40, blank=True, help_text="As the source says: experimental, production, …"
    )
    tags = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    links = models.JSONField(default=list, blank=True, help_text="List of {title, url}.")
    source_ref = models.CharField(max_length=300, blank=True, help_text="Its name in the source.")
    source_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of what the source said last."
    )

    class Meta:
        ordering = ["name", "key"]
        constraints = [
            models.CheckConstraint(name="component_tier_is_1_to_4", condition=Q(tier__gte=1, tier__lte=4)),
        ]
        indexes = [models.Index(fields=["kind", "name"]), models.Index(fields=["source_ref"])]

    def __str__(self) -> str:
        return self.title or self.name

    def ledger_ref(self) -> tuple[str, str]:
        return "component", self.key


class ComponentVersion(Sourced, Stamped):
    """One version of a component, with where it came from (its lineage)."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=80)
    released_at = models.DateTimeField(null=True, blank=True, help_text="When the source made it.")
    description = models.TextField(blank=True)
    aliases = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="authored_versions",
    )
    committer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who recorded it here, in person or by token, when that is not its author.",
    )
    code_commit = models.CharField(max_length=64, blank=True)
    datasets = models.JSONField(default=list, blank=True, help_text="List of {name, digest, context}.")
    hyperparameters = models.JSONField(default=dict, blank=True)
    metrics = models.JSONField(
        default=dict, blank=True, help_text="Name to number; a value not measured is null."
    )
    source_ref = models.CharField(max_length=300, blank=True, help_text="For MLflow, the run's id.")
    source_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-released_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["component", "version"], name="version_once_a_component")
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.version}"


FORMATS = {
    "asyncapi": "AsyncAPI",
    "graphql": "GraphQL",
    "grpc": "gRPC",
    "odcs": "ODCS",
    "openapi": "OpenAPI",
}


class Contract(Sourced, Stamped):
    """A promise that a component makes to those who rely on it: an API or a data contract."""

    key = models.CharField(max_length=200, unique=True, help_text="api:default/orders, data:default/orders")
    kind = models.CharField(max_length=8, choices=ContractKind)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    type = models.CharField(max_length=40, blank=True, help_text="openapi, grpc, graphql, odcs, …")
    provider = models.ForeignKey(
        Component, on_delete=models.PROTECT, null=True, blank=True, related_name="contracts"
    )
    definition_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the definition's text."
    )
    source_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def format_name(self) -> str:
        """Return the format of the definition as its makers write it, or as the catalog names it."""
        return FORMATS.get(self.type.lower(), self.type)

    def ledger_ref(self) -> tuple[str, str]:
        return "contract", self.key


class Definition(models.Model):
    """The text of a contract's definition as its source wrote it, kept once by the SHA-256 of its bytes.

    It never changes, and a definition that was in force once stays: what was compared with it can be looked up.
    """

    digest = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField(help_text="In bytes.")
    content = models.BinaryField()


class Dependency(Sourced):
    """A directed edge: the consumer relies on the provider. An impact runs against it, provider to consumer.

    A ``writes`` edge is the exception: its consumer changes what it writes, so the impact runs consumer to provider.
    """

    consumer = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="dependencies")
    provider = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="dependents")
    kind = models.CharField(max_length=10, choices=DependencyKind)
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="dependencies"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consumer", "provider", "kind", "contract"],
                name="dependency_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="dependency_on_another", condition=~Q(consumer=F("provider"))),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.get_kind_display().lower()} {self.provider}"


class ServiceObjective(Sourced):
    """A service-level objective of a component, such as 99.9 % availability over 30 days."""

    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="objectives")
    name = models.CharField(max_length=120)
    objective = models.CharField(max_length=120, help_text="What is promised: 99.9 %, under 120 ms at p95.")
    window_days = models.PositiveSmallIntegerField(default=30)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["component", "name"], name="objective_once_a_component")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.objective}"


class GraphStamp(models.Model):
    """One row that moves whenever a component or an edge does, so that a process knows its graph is old.

    ``number`` is drawn at random each time. A counter would repeat itself after a rollback, and a process that
    had looked inside the undone transaction would then trust a graph that never was.
    """

    number = models.BigIntegerField(default=0)
