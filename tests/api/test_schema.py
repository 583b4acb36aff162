"""The schema is checked in, what the portal serves is what is checked in, and it says what may be null."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.relations import ManyRelatedField
from rest_framework.serializers import BaseSerializer, Field, ListSerializer, ModelSerializer

import apps.api.serializers

CHECKED_IN = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


def test_schema_served_equals_the_one_checked_in() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(schema)
    said = "Write it anew: manage.py spectacular --file docs/openapi.yaml"
    assert schema == yaml.safe_load(CHECKED_IN.read_text()), said


def test_field_that_may_be_null_is_described_so() -> None:
    missing = [
        f"{serializer.__name__}.{name}"
        for serializer in serializers()
        for name, field in serializer().get_fields().items()
        if not field.allow_null and not field.write_only and may_be_null(serializer, name, field)
    ]
    assert missing == []


def serializers() -> Iterator[Any]:
    """Yield every serializer that has fields."""
    for found in pkgutil.iter_modules(apps.api.serializers.__path__):
        for each in vars(import_module(f"apps.api.serializers.{found.name}")).values():
            if isinstance(each, type) and issubclass(each, BaseSerializer) and hasattr(each, "get_fields"):
                yield each


def may_be_null(serializer: type[Any], name: str, field: "Field[Any, Any, Any, Any]") -> bool:
    """Return whether a field gives null where nothing is there, or follows a column that may hold none."""
    if isinstance(field, ListSerializer | ManyRelatedField):
        return False
    model = serializer.Meta.model if issubclass(serializer, ModelSerializer) else None
    return field.default is None or any(column.null for column in columns(model, field.source or name))


def columns(model: type[Model] | None, source: str) -> Iterator[Any]:
    """Yield the columns that a source such as “version.author” goes through, as far as it goes through any."""
    for name in source.split("."):
        try:
            column = model._meta.get_field(name) if model else None
        except FieldDoesNotExist:
            return
        if column is None:
            return
        yield column
        model = column.related_model
