"""The templates that the portal ships."""

import json
from pathlib import Path

from django.db import transaction

from apps.core.actors import Actor
from apps.playbooks.enums import TemplateKind
from apps.playbooks.models import Template
from apps.playbooks.services.templates import add_template

_FOLDER = Path(__file__).resolve().parents[1] / "builtin"


@transaction.atomic
def load_templates(*, actor: Actor) -> list[Template]:
    """Add the portal's own template of each kind that has none yet, and return those that were added.

    A kind that has a template is left alone, retired or not: what people decided on stands.
    """
    there = set(Template.objects.values_list("kind", flat=True))
    return [
        add_template(actor=actor, kind=kind, schema=json.loads((_FOLDER / f"{kind}.json").read_text("utf-8")))
        for kind in TemplateKind.values
        if kind not in there
    ]
