"""The schema is checked in, and what the portal serves is what is checked in."""

from pathlib import Path

import yaml
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

CHECKED_IN = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


def test_schema_served_equals_the_one_checked_in() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(schema)
    said = "Write it anew: manage.py spectacular --file docs/openapi.yaml"
    assert schema == yaml.safe_load(CHECKED_IN.read_text()), said
