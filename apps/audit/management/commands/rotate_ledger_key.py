"""Let a new key sign the ledger from now on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.audit import services
from apps.core.actors import system


class Command(BaseCommand):
    help = "Make a new key for the ledger. The old key signs it, and everything it signed goes on counting."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key = services.rotate_ledger_key(actor=system("rotate_ledger_key"))
        except services.LedgerBroken as broken:
            raise CommandError(f"{broken.reason} {broken.remedy}".strip()) from broken
        self.stdout.write(key.text)
        self.stderr.write("Give this line to your auditors, and back up PORTAL_HOME.")
