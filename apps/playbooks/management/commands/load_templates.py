"""Add the templates that the portal ships."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.core.actors import system
from apps.playbooks.services import load_templates


class Command(BaseCommand):
    """``manage.py load_templates``: one template of each kind that has none yet. It may run again at any time."""

    help = "Add the portal's own template of each kind that has none yet."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_templates(actor=system("load_templates"))
        for template in added:
            self.stdout.write(f"{template.ref}: {template.get_kind_display()}")
        if not added:
            self.stdout.write("Every kind has a template already. Nothing was added.")
