"""Components, versions and what a change of them reaches, as JSON."""

from typing import Any

from rest_framework import serializers

from apps.catalog.models import Component, ComponentVersion, Dependency, ServiceObjective


class ObjectiveSerializer(serializers.ModelSerializer[ServiceObjective]):
    class Meta:
        model = ServiceObjective
        fields = ["name", "objective", "window_days"]


class DependencySerializer(serializers.ModelSerializer[Dependency]):
    provider = serializers.SlugRelatedField[Component](slug_field="key", read_only=True)
    contract = serializers.SlugRelatedField(slug_field="key", read_only=True, allow_null=True)

    class Meta:
        model = Dependency
        fields = ["provider", "kind", "contract"]


class VersionSerializer(serializers.ModelSerializer[ComponentVersion]):
    """A version with its lineage."""

    author = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = ComponentVersion
        fields = [
            "version", "released_at", "description", "aliases", "author", "code_commit", "datasets",
            "hyperparameters", "metrics", "source_ref", "retired_at",
        ]  # fmt: skip


class NewVersionSerializer(serializers.Serializer[Any]):
    """What registering a version takes."""

    version = serializers.CharField(max_length=80)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    code_commit = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    datasets = serializers.ListField(child=serializers.DictField(), required=False, default=list)
    hyperparameters = serializers.DictField(required=False, default=dict)
    metrics = serializers.DictField(
        child=serializers.FloatField(allow_null=True), required=False, default=dict
    )


class ComponentSerializer(serializers.ModelSerializer[Component]):
    """A component as a list shows it."""

    owner_team = serializers.SlugRelatedField(slug_field="slug", read_only=True, allow_null=True)
    owner_person = serializers.SlugRelatedField(slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = Component
        fields = [
            "key", "kind", "namespace", "name", "title", "description", "owner_team", "owner_person", "tier",
            "data_class", "stage", "tags", "links", "source", "source_ref", "retired_at",
        ]  # fmt: skip


class ComponentDetailSerializer(ComponentSerializer):
    """A component with its promises, what it relies on and its versions."""

    objectives = ObjectiveSerializer(many=True, read_only=True)
    dependencies = DependencySerializer(many=True, read_only=True)
    versions = VersionSerializer(many=True, read_only=True)

    class Meta(ComponentSerializer.Meta):
        fields = [*ComponentSerializer.Meta.fields, "objectives", "dependencies", "versions"]


class HitSerializer(serializers.Serializer[Any]):
    """A component that a change can reach, with the shortest path (component keys) that explains why."""

    component = serializers.CharField()
    depth = serializers.IntegerField()
    severity = serializers.CharField()
    path = serializers.ListField(child=serializers.CharField())
