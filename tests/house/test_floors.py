"""The floors of the house, as the database and the imports see them."""

from django.apps import apps
from django.conf import settings
from django.db.models import Field

from tests.house.source import ROOF, contracts, floors


def relations() -> list[Field]:
    """Return every foreign key and many-to-many field that a model of ours declares."""
    models = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    fields = [field for model in models for field in model._meta.get_fields()]
    return [field for field in fields if field.is_relation and not field.auto_created and field.concrete]


def points_down(field: Field) -> bool:
    """Tell whether the field points at its own app, a lower floor, the user model, or a package's model."""
    target = field.related_model._meta
    own, other = floors()[field.model._meta.app_label], floors().get(target.app_label, -1)
    if target.label == settings.AUTH_USER_MODEL:
        return True
    return other < own or target.app_label == field.model._meta.app_label


def test_every_foreign_key_when_declared_points_down() -> None:
    assert [str(field) for field in relations() if not points_down(field)] == []


def test_relations_when_collected_are_not_empty() -> None:
    assert len(relations()) > 20


def test_contracts_when_an_app_is_installed_name_it() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
    below = {f"apps.{app}" for app in ours - ROOF}
    assert set(floors()) == ours
    assert set(contracts()["rooms"]["containers"]) == below
    assert set(contracts()["roof"]["source_modules"]) == below
